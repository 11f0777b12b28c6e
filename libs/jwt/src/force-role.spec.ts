import { forceRole } from './force-role.js';

describe('forceRole', () => {
  const table: [what: string, claims: string, role: string, forced: string][] = [
    ['keeps a text that has the role already', '{"role":"a","n":1.50}', 'a', '{"role":"a","n":1.50}'],
    ['keeps blanks then', '{ "role" : "a" }', 'a', '{ "role" : "a" }'],
    ['adds a missing role', '{"sub":"x"}', 'a', '{"sub":"x","role":"a"}'],
    ['adds it to nothing', ' { } ', 'a', '{"role":"a"}'],
    ['replaces another role', '{"role":"b","sub":"x"}', 'a', '{"sub":"x","role":"a"}'],
    ['replaces what is no text', '{"sub":"x","role":[1,{"role":"a"}]}', 'a', '{"sub":"x","role":"a"}'],
    ['leaves no second role', '{"role":"a","role":"b"}', 'a', '{"role":"a"}'],
    ['leaves no disguised role', '{"r\\u006fle":"b"}', 'a', '{"role":"a"}'],
    [
      'leaves inner roles alone',
      '{"x":{"role":"b"},"y":[{"role":"c"}]}',
      'a',
      '{"x":{"role":"b"},"y":[{"role":"c"}],"role":"a"}',
    ],
    [
      'keeps numbers as they are',
      '{"big":12345678901234567890,"d":1.50}',
      'a',
      '{"big":12345678901234567890,"d":1.50,"role":"a"}',
    ],
    ['keeps repeated claims', '{"x":1,"x":2}', 'a', '{"x":1,"x":2,"role":"a"}'],
    ['reads brackets and quotes inside of texts', '{"x":"}],\\"","role":"b"}', 'a', '{"x":"}],\\"","role":"a"}'],
    ['reads a text that ends with a backslash', '{"x":"\\\\","role":"b"}', 'a', '{"x":"\\\\","role":"a"}'],
    ['reads literals', '{"x":true , "y":null,"role":1}', 'a', '{"x":true,"y":null,"role":"a"}'],
    ['writes a role with quotes', '{}', 'a"b', '{"role":"a\\"b"}'],
  ];
  for (const [what, claims, role, forced] of table) {
    it(what, () => expect(forceRole(claims, role)).toBe(forced));
  }
});
