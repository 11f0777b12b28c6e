import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withFileLock } from './file-lock.js';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'perch-lock-'));
const file = path.join(dir, 'a.lock');

afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));

describe('withFileLock', () => {
  it('lets one in at a time and leaves nothing behind', async () => {
    let inside = 0;
    let most = 0;
    const one = () =>
      withFileLock(file, 5000, async () => {
        most = Math.max(most, (inside += 1));
        await sleep(2);
        inside -= 1;
      });
    await Promise.all(Array.from({ length: 8 }, one));
    expect([most, fs.readdirSync(dir)]).toEqual([1, []]);
  });

  it('takes over from a process that is gone', async () => {
    fs.writeFileSync(file, '2147483600 someone');
    fs.writeFileSync(`${file}.draft`, '2147483600 someone');
    await expect(withFileLock(file, 100, async () => 'in')).resolves.toBe('in');
    expect(fs.readdirSync(dir)).toEqual([]);
  });

  it('names a holder that lives when the time is up, and leaves its lock', async () => {
    fs.writeFileSync(file, `${process.pid} someone`);
    await expect(withFileLock(file, 50, async () => 'in')).rejects.toMatchObject({
      code: 'directory-locked',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    expect(fs.readFileSync(file, 'utf8')).toBe(`${process.pid} someone`);
    fs.rmSync(file);
  });

  it('gives the lock back when the work fails', async () => {
    await expect(withFileLock(file, 50, () => Promise.reject(new RangeError('x')))).rejects.toThrow('x');
    await expect(withFileLock(file, 50, async () => 'in')).resolves.toBe('in');
  });
});
