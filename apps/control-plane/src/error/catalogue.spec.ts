import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { catalogue } from './catalogue.js';

const source = fileURLToPath(new URL('..', import.meta.url));

function sourceTexts(): readonly string[] {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && !file.endsWith('catalogue.ts'),
  );
  return files.map((file) => readFileSync(path.join(source, file), 'utf8'));
}

test('every code is raised somewhere', () => {
  const texts = sourceTexts();
  expect(texts.length).toBeGreaterThan(20);
  const unused = Object.keys(catalogue).filter((code) => !texts.some((text) => text.includes(`'${code}'`)));
  expect(unused).toEqual([]);
});

test.each(Object.entries(catalogue))('%s is an error status with a documented cause', (code, { status, doc }) => {
  expect(code).toMatch(/^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$/);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(doc).toMatch(/\.$/);
});

describe('docs/errors.md', () => {
  const document = readFileSync(path.resolve(source, '../../../docs/errors.md'), 'utf8');

  test.each(Object.entries(catalogue))('says of %s what the catalogue says', (code, { status, doc }) => {
    expect(document.split(`### ${code}\n`)[1]?.split('\n### ')[0]).toContain(`HTTP ${status}. ${doc}`);
  });

  test('has no code of the management API that is not in the catalogue', () => {
    const section = document.split('## Management API\n')[1] ?? '';
    const codes = [...section.matchAll(/^### (\S+)$/gm)].map(([, code]) => code);
    expect(codes).toEqual(Object.keys(catalogue));
  });
});
