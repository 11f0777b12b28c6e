import type { LogicTree } from './ast.js';
import { parseLogic } from './parse-logic.js';

/** A tree in a form that is short to compare. */
type Short = string | readonly [string, ...Short[]];

function shorten(tree: LogicTree): Short {
  if (tree.kind === 'group') return [`${tree.negated ? 'not.' : ''}${tree.operator}`, ...tree.children.map(shorten)];
  const { field, negated, operation } = tree.filter;
  const path = field.path.map(({ operand }) => `->${operand.kind === 'key' ? operand.key : operand.index}`).join('');
  const value = operation.kind === 'in' ? operation.values.join('|') : operation.value;
  const operator = 'operator' in operation ? operation.operator : operation.kind;
  return `${field.name}${path} ${negated ? 'not.' : ''}${operator} ${value}`;
}

describe('a logic tree', () => {
  it.each<[string, Short]>([
    ['(id.eq.1,id.eq.3)', ['or', 'id eq 1', 'id eq 3']],
    ['(id.eq.4)', ['or', 'id eq 4']],
    ['(id.not.eq.4)', ['or', 'id not.eq 4']],
    ['(id.eq.8,not.and(id.gt.1,id.lt.7))', ['or', 'id eq 8', ['not.and', 'id gt 1', 'id lt 7']]],
    ['( id.eq.1 , and( id.gt.3 , id.lt.6 ) )', ['or', 'id eq 1 ', ['and', 'id gt 3 ', 'id lt 6 ']]],
    ['(and (id.eq.2))', ['or', ['and', 'id eq 2']]],
    ['(t.eq."a,b)",u.eq."q\\"q")', ['or', 't eq a,b)', 'u eq q"q']],
    ['(t.eq."2"x)', ['or', 't eq "2"x']],
    ['(k.cs.{a,b},id.eq.3)', ['or', 'k cs {a,b}', 'id eq 3']],
    ['(note.eq.a.b:c*d)', ['or', 'note eq a.b:c*d']],
    ['(note.eq.,id.eq.2)', ['or', 'note eq ', 'id eq 2']],
    ['(order.eq.1,and.eq.2,nothing.eq.3,not.eq.4)', ['or', 'order eq 1', 'and eq 2', 'nothing eq 3', 'not eq 4']],
    ['(meta->>ink.eq.blue,a->0.eq.1)', ['or', 'meta->ink eq blue', 'a->+0 eq 1']],
    ['(id.in.(1,"2)"),id.is.null)', ['or', 'id in 1|2)', 'id is null']],
    ['(t.fts(english).a)', ['or', 't fts a']],
    ['("a.b".eq.1)', ['or', 'a.b eq 1']],
    ['(id.eq.1),x', ['or', 'id eq 1']],
    ['(id.eq.1)(id.eq.2)', ['or', 'id eq 1']],
    ['id.eq.2)', 'orid eq 2'],
  ])('or=%s', (text, expected) => {
    expect(shorten(parseLogic('or', false, text))).toEqual(expected);
  });

  it('is negated as a whole', () => {
    expect(shorten(parseLogic('and', true, '(a.eq.1)'))).toEqual(['not.and', 'a eq 1']);
  });
});

describe('a mistake', () => {
  it.each([
    ['()', 4],
    ['(id.eq.1', 11],
    ['(id.eq.1,)', 12],
    ['(,id.eq.2)', 4],
    ['((id.eq.2))', 4],
    ['(id)', 6],
    ['(id.eq)', 9],
    ['(id.is.x)', 10],
    ['(id. eq.2)', 7],
    ['(not.id.eq.2)', 8],
    ['(id.not.not.eq.2)', 11],
    ['(id.cs.[1,2),id.eq.1)', 14],
    ['(name.eq.a\\,b)', 16],
    ['(id.eq.{1,2}x)', 15],
  ])('in or=%s is at column %i', (text, column) => {
    expect(() => parseLogic('or', false, text)).toThrow(
      expect.objectContaining({
        code: 'PGRST100',
        message: `"failed to parse logic tree (${text})" (line 1, column ${column})`,
      }),
    );
  });
});

describe('depth', () => {
  it('is refused beyond 500 levels', () => {
    const nested = (levels: number) => `(${'or('.repeat(levels - 1)}a.eq.1${')'.repeat(levels)}`;
    expect(parseLogic('or', false, nested(500)).kind).toBe('group');
    expect(() => parseLogic('or', false, nested(501))).toThrow(expect.objectContaining({ code: 'PGRST100' }));
  });
});
