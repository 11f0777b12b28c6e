import { forceRole } from './force-role.js';

describe('forceRole', () => {
  const table: [what: string, claims: string, role: string, forced: string][] = [
    ['keeps a text that has the role already', '{"n":1.50,"role":"a"}', 'a', '{"n":1.50,"role":"a"}'],
    ['orders the claims by name', '{"role":"a","sub":"x","exp":1}', 'a', '{"exp":1,"role":"a","sub":"x"}'],
    ['adds a missing role', '{"sub":"x"}', 'a', '{"role":"a","sub":"x"}'],
    ['adds it to nothing', ' { } ', 'a', '{"role":"a"}'],
    ['replaces another role', '{"role":"b","sub":"x"}', 'a', '{"role":"a","sub":"x"}'],
    ['replaces what is no text', '{"sub":"x","role":[1,{"role":"a"}]}', 'a', '{"role":"a","sub":"x"}'],
    ['leaves no second role', '{"role":"a","role":"b"}', 'a', '{"role":"a"}'],
    ['leaves no disguised role', '{"r\\u006fle":"b"}', 'a', '{"role":"a"}'],
    [
      'leaves inner roles alone',
      '{"x":{"role":"b"},"y":[{"role":"c"}]}',
      'a',
      '{"role":"a","x":{"role":"b"},"y":[{"role":"c"}]}',
    ],
    [
      'keeps numbers as they are',
      '{"big":12345678901234567890,"d":1.50}',
      'a',
      '{"big":12345678901234567890,"d":1.50,"role":"a"}',
    ],
    ['keeps the last of repeated claims', '{"x":1,"x":2}', 'a', '{"role":"a","x":2}'],
    ['has no blanks', ' {"x" : [ 1 , { } , [ ] ] ,\n"y":\t"a b" } ', 'a', '{"role":"a","x":[1,{},[]],"y":"a b"}'],
    [
      'orders inner claims by name',
      '{"x":[{"d":{"f":1,"e":2},"c":3}]}',
      'a',
      '{"role":"a","x":[{"c":3,"d":{"e":2,"f":1}}]}',
    ],
    ['writes texts in their shortest way', '{"x":"\\u00e9\\/\\n"}', 'a', '{"role":"a","x":"é/\\n"}'],
    ['has members with any name', '{"__proto__":1,"\\u0061\\"":2}', 'x', '{"__proto__":1,"a\\"":2,"role":"x"}'],
    ['reads brackets and quotes inside of texts', '{"x":"}],\\"","role":"b"}', 'a', '{"role":"a","x":"}],\\""}'],
    ['reads a text that ends with a backslash', '{"x":"\\\\","role":"b"}', 'a', '{"role":"a","x":"\\\\"}'],
    ['reads literals', '{"x":true , "y":null,"role":1}', 'a', '{"role":"a","x":true,"y":null}'],
    ['writes a role with quotes', '{}', 'a"b', '{"role":"a\\"b"}'],
  ];
  for (const [what, claims, role, forced] of table) {
    it(what, () => expect(forceRole(claims, role)).toBe(forced));
  }
});
