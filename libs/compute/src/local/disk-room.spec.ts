import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { turnsDuring } from '../../../../tools/testing/turns-during.js';
import { assertRoomForCopy } from './disk-room.js';

describe('the room for a copy', () => {
  let sourceDir: string;
  let targetDir: string;
  beforeEach(() => {
    sourceDir = fs.mkdtempSync(path.join(os.tmpdir(), 'perch-room-'));
    // Without a PG_VERSION nothing can be copied by reference, whatever the file system.
    targetDir = path.join(sourceDir, 'target');
    fs.mkdirSync(targetDir);
    fs.writeFileSync(path.join(sourceDir, 'table'), Buffer.alloc(1024 * 1024, 1));
  });
  afterEach(() => fs.rmSync(sourceDir, { recursive: true, force: true }));

  /** A tree that takes so much of the disk, told of without making it. */
  const treeOf = (bytes: number) => Array<string>(Math.ceil(bytes / (1024 * 1024))).fill('table');

  it('is there or not by what the files take on the disk; one that is gone takes nothing', async () => {
    const { bavail, bsize } = fs.statfsSync(targetDir);
    await assertRoomForCopy({ sourceDir, targetDir, files: ['table', 'gone'] });
    // Others write to that disk and remove from it meanwhile.
    const tooMuch = treeOf(bavail * bsize * 1.25);
    await expect(assertRoomForCopy({ sourceDir, targetDir, files: tooMuch })).rejects.toMatchObject({
      code: 'disk-full',
    });
  });

  it('is found without keeping the process from anything else', async () => {
    const looked = assertRoomForCopy({ sourceDir, targetDir, files: Array<string>(20_000).fill('gone') });
    expect(await turnsDuring(looked)).toBeGreaterThan(100);
  });
});
