import { applyPatch } from 'diff';
import { turnsDuring } from '../../../../tools/testing/turns-during.js';
import { unifiedDiff } from './unified-diff.js';

const linesOf = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix} ${n}\n`).join('');

describe('a unified diff', () => {
  it('makes the second text of the first one, and is empty where they are the same', async () => {
    const before = { name: 'main/shop', text: linesOf('same', 20) };
    const after = { name: 'dev/shop', text: `${linesOf('new', 1)}${linesOf('same', 20)}` };
    const diff = await unifiedDiff(before, after, 10_000);
    expect(diff).toMatch(/^--- main\/shop\n\+\+\+ dev\/shop\n@@ -1,3 \+1,4 @@\n\+new 0\n same 0\n/);
    expect(applyPatch(before.text, diff ?? '')).toBe(after.text);
    expect(await unifiedDiff(before, before, 10_000)).toBe('');
  });

  it('lets others have their turn for every line that differs', async () => {
    const [before, after] = ['one', 'two'].map((name) => ({ name, text: linesOf(name, 400) }));
    if (before === undefined || after === undefined) throw new Error('no texts');
    const diff = unifiedDiff(before, after, 60_000);
    expect(await turnsDuring(diff)).toBeGreaterThan(400);
    expect(applyPatch(before.text, (await diff) ?? '')).toBe(after.text);
  });

  it('is given up where it takes too long', async () => {
    const [before, after] = ['one', 'two'].map((name) => ({ name, text: linesOf(name, 20_000) }));
    if (before === undefined || after === undefined) throw new Error('no texts');
    expect(await unifiedDiff(before, after, 20)).toBeUndefined();
  });
});
