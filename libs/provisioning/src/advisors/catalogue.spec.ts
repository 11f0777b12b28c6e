import fs from 'node:fs';
import { advisorChecks } from './catalogue.js';

const page = fs.readFileSync(new URL('../../../../docs/advisors.md', import.meta.url), 'utf8');

test('names are unique', () => {
  expect(new Set(advisorChecks.map(({ name }) => name)).size).toBe(advisorChecks.length);
});

test('the page has every check with its text, in this order, and no other', () => {
  const sections = page.split('\n## ').slice(1);
  expect(sections).toEqual(
    advisorChecks.map(
      ({ name, level, category, title, description }) =>
        `${name}\n\n${level}, ${category.toLowerCase()}. ${title}. ${description}\n`,
    ),
  );
});
