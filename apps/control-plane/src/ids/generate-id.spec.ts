import { branchIdPattern, endpointIdPattern, idPattern, projectIdPattern } from '@perch/contract';
import { newBranchId, newEndpointId, newProjectId } from './generate-id.js';
import { adjectives, nouns } from './words.js';

test.each([
  ['project', newProjectId, projectIdPattern],
  ['branch', newBranchId, branchIdPattern],
  ['endpoint', newEndpointId, endpointIdPattern],
])('a %s id has the shape of the contract and is new every time', (_noun, make, pattern) => {
  const ids = Array.from({ length: 200 }, make);
  for (const id of ids) {
    expect(id).toMatch(pattern);
    expect(id).toMatch(idPattern);
  }
  expect(new Set(ids).size).toBe(200);
});

test('every word is plain, short and there once', () => {
  for (const words of [adjectives, nouns]) {
    expect(new Set(words).size).toBe(words.length);
    for (const word of words) expect(word).toMatch(/^[a-z]{2,10}$/);
  }
});
