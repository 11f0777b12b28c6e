import fs from 'node:fs';
import path from 'node:path';
import { catalogue } from './catalogue.js';
import { retiredCodes } from './retired-codes.js';

const workspace = path.resolve(import.meta.dirname, '../../../..');
const codes = Object.keys(catalogue);

function sourcesBelow(folder: string): readonly string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory())
      return ['node_modules', 'dist', 'generated'].includes(entry.name) ? [] : sourcesBelow(file);
    const isSource = entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts') && entry.name !== 'catalogue.ts';
    return isSource ? [file] : [];
  });
}

describe('the catalogue', () => {
  it('uses no retired code', () => {
    expect(codes.filter((code) => Object.hasOwn(retiredCodes, code))).toEqual([]);
  });

  it('invents no number of the dialect', () => {
    expect(codes.filter((code) => !/^(PGRST([0-3]\d\d|X00)|PERCH\d{3})$/.test(code))).toEqual([]);
  });

  it('has no code that nobody raises', () => {
    const sources = ['libs', 'apps'].flatMap((folder) => sourcesBelow(path.join(workspace, folder)));
    expect(sources.length).toBeGreaterThan(50);
    const text = sources.map((file) => fs.readFileSync(file, 'utf8')).join('\n');
    expect(codes.filter((code) => !text.includes(`'${code}'`))).toEqual([]);
  });
});

describe('docs/errors.md', () => {
  const document = fs.readFileSync(path.join(workspace, 'docs/errors.md'), 'utf8');
  const sections = new Map(
    document
      .split(/^### /m)
      .slice(1)
      .map((section) => [section.split('\n')[0] ?? '', section]),
  );

  it('has a section for each code, and for no other of the dialect', () => {
    expect(codes.filter((code) => !sections.has(code))).toEqual([]);
    expect([...sections.keys()].filter((code) => code.startsWith('PGRST') && !codes.includes(code))).toEqual([]);
  });

  it.each(Object.entries(catalogue))('says of %s what the catalogue says', (code, row) => {
    expect(sections.get(code)).toContain(`HTTP ${row.status}`);
    expect(sections.get(code)).toContain(row.doc);
  });

  it('lists the retired codes', () => {
    expect(Object.entries(retiredCodes).filter(([code, why]) => !document.includes(`- ${code}: ${why}`))).toEqual([]);
  });
});
