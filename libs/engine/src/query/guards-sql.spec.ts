import { violatedGuard } from './guards-sql.js';

describe('the condition that an error tells of', () => {
  it.each([
    ['invalid input syntax for type integer: "PERCH_GUARD PGRST116 2"', { code: 'PGRST116', count: '2' }],
    [
      'invalid input syntax for type integer: "PERCH_GUARD PGRST124 12345678901"',
      { code: 'PGRST124', count: '12345678901' },
    ],
    ['invalid input syntax for type integer: "PERCH_GUARD PERCH201 77"', { code: 'PERCH201', count: '77' }],
    ['invalid input syntax for type integer: "PERCH_GUARD PGRST999 2"', undefined],
    ['invalid input syntax for type integer: "PGRST116 2"', undefined],
    ['PERCH_GUARD PGRST116 2', undefined],
  ])('in %j is %j', (message, expected) => {
    expect(violatedGuard(message)).toEqual(expected);
  });
});
