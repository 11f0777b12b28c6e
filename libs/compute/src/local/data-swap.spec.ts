/** Whatever moment a swap is cut short at, the next one finds one whole data directory and loses none that is needed. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createDataSwap } from './data-swap.js';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'perch-swap-'));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));
beforeEach(() => {
  fs.rmSync(root, { recursive: true, force: true });
  fs.mkdirSync(root);
});
const dataDir = path.join(root, 'data');
/** A data directory as far as a swap looks into it. */
const make = (dir: string, text: string) => {
  fs.mkdirSync(dir);
  fs.writeFileSync(path.join(dir, 'PG_VERSION'), text);
};
const content = () =>
  Object.fromEntries(
    fs.readdirSync(root).map((name) => [name, fs.readFileSync(path.join(root, name, 'PG_VERSION'), 'utf8')]),
  );

describe('a swap', () => {
  test('puts the copy in place, and keeps what was there until it is closed', async () => {
    make(dataDir, 'old');
    const swap = createDataSwap(dataDir);
    await swap.recover();
    expect(swap.isOpen).toBe(false);
    make(swap.freshDir, 'new');
    swap.putInPlace();
    expect([swap.isOpen, content()]).toEqual([true, { data: 'new', 'data.former': 'old' }]);
    await swap.close();
    expect([swap.isOpen, content()]).toEqual([false, { data: 'new' }]);
  });

  test('takes the copy away again when it is no good', async () => {
    make(dataDir, 'old');
    const swap = createDataSwap(dataDir);
    make(swap.freshDir, 'new');
    swap.putInPlace();
    await swap.putBack();
    expect([swap.isOpen, content()]).toEqual([false, { data: 'old' }]);
  });

  test('has nothing to put back where nothing was', async () => {
    const swap = createDataSwap(dataDir);
    make(swap.freshDir, 'new');
    swap.putInPlace();
    await swap.putBack();
    expect([swap.isOpen, content()]).toEqual([false, { data: 'new' }]);
  });

  test.each([
    ['before the copy is complete', { data: 'old', 'data.reset': 'new' }, false, { data: 'old' }],
    [
      'between the two moves',
      { 'data.former': 'old', 'data.reset': 'new' },
      true,
      { data: 'new', 'data.former': 'old' },
    ],
    ['before it is closed', { data: 'new', 'data.former': 'old' }, true, { data: 'new', 'data.former': 'old' }],
    ['while the former data are removed', { data: 'new', 'data.gone': 'old' }, false, { data: 'new' }],
    ['while it is put back', { 'data.former': 'old', 'data.gone': 'new' }, false, { data: 'old' }],
    ['when it was put back', { data: 'old', 'data.gone': 'new' }, false, { data: 'old' }],
  ])('cut short %s goes on', async (_, left, isOpen, expected) => {
    for (const [name, text] of Object.entries(left)) make(path.join(root, name), text);
    const swap = createDataSwap(dataDir);
    await swap.recover();
    expect([swap.isOpen, content()]).toEqual([isOpen, expected]);
  });
});
