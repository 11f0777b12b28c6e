/** Every filter of the client on the bakery's breads: the filter, and the breads that it lets through, by name. */
import type { PostgrestClient } from '@supabase/postgrest-js';
import { failed, ok, type ClientCase } from './client-case.js';

/** The builder of a read, of whatever type the client infers for a database it has no types of. */
type Breads = ReturnType<ReturnType<PostgrestClient['from']>['select']>;

const table: readonly (readonly [title: string, filter: (breads: Breads) => Breads, names: readonly string[]])[] = [
  ['eq', (q) => q.eq('name', 'Rye'), ['Rye']],
  ['eq of a number', (q) => q.eq('price', 3), ['Focaccia']],
  ['eq of a boolean', (q) => q.eq('sold_out', true), ['Baguette']],
  ['eq of a text with commas and parentheses', (q) => q.eq('note', 'Dark, dense (and sweet)'), ['Pumpernickel']],
  ['eq of a text with quotes', (q) => q.eq('note', 'Best "when" warm'), ['Focaccia']],
  ['eq of a value in json', (q) => q.eq('details->>flour', 'rye'), ['Rye']],
  ['eq of a json value', (q) => q.eq('details->hours->0', 12), ['Rye']],
  ['neq', (q) => q.neq('grams', 1000), ['Baguette', 'Focaccia']],
  ['gt', (q) => q.gt('price', 3), ['Rye', 'Pumpernickel']],
  ['gte', (q) => q.gte('price', 3), ['Rye', 'Focaccia', 'Pumpernickel']],
  ['lt', (q) => q.lt('price', 3), ['Baguette']],
  ['lte', (q) => q.lte('price', 3), ['Baguette', 'Focaccia']],
  ['like', (q) => q.like('name', '%e%'), ['Rye', 'Baguette', 'Pumpernickel']],
  ['like with stars', (q) => q.like('name', 'F*a'), ['Focaccia']],
  ['likeAllOf', (q) => q.likeAllOf('name', ['%u%', '%e%']), ['Baguette', 'Pumpernickel']],
  ['likeAnyOf', (q) => q.likeAnyOf('name', ['R%', 'F%']), ['Rye', 'Focaccia']],
  ['likeAnyOf with a comma, quoted', (q) => q.likeAnyOf('note', ['"%, dense%"', 'x']), ['Pumpernickel']],
  ['ilike', (q) => q.ilike('name', 'r%'), ['Rye']],
  ['ilikeAllOf', (q) => q.ilikeAllOf('name', ['b%', '%TTE']), ['Baguette']],
  ['ilikeAnyOf', (q) => q.ilikeAnyOf('name', ['r%', 'P%']), ['Rye', 'Pumpernickel']],
  ['regexMatch', (q) => q.regexMatch('name', '^[BF].*a'), ['Baguette', 'Focaccia']],
  ['regexIMatch', (q) => q.regexIMatch('name', '^(rye|FOC)'), ['Rye', 'Focaccia']],
  ['is null', (q) => q.is('baker_id', null), ['Pumpernickel']],
  ['is true', (q) => q.is('sold_out', true), ['Baguette']],
  ['is false', (q) => q.is('sold_out', false), ['Rye', 'Pumpernickel']],
  ['isDistinct', (q) => q.isDistinct('sold_out', false), ['Baguette', 'Focaccia']],
  ['in', (q) => q.in('id', [1, 4, 99]), ['Rye', 'Pumpernickel']],
  ['in of texts with commas', (q) => q.in('note', ['Dark, dense (and sweet)', 'x']), ['Pumpernickel']],
  ['in of nothing', (q) => q.in('id', []), []],
  ['notIn', (q) => q.notIn('id', [1, 4]), ['Baguette', 'Focaccia']],
  ['contains, of an array', (q) => q.contains('tags', ['dark', 'sour']), ['Rye']],
  ['contains, of json', (q) => q.contains('details', { flour: 'wheat' }), ['Baguette', 'Focaccia']],
  ['contains, of a range', (q) => q.contains('shelf_days', '[2,3)'), ['Rye', 'Focaccia']],
  ['containedBy, of an array', (q) => q.containedBy('tags', ['dark', 'white']), ['Baguette', 'Pumpernickel']],
  ['containedBy, of json', (q) => q.containedBy('details', { flour: 'wheat', salt: false }), ['Baguette']],
  ['containedBy, of a range', (q) => q.containedBy('shelf_days', '[0,5)'), ['Baguette', 'Focaccia']],
  ['rangeGt', (q) => q.rangeGt('shelf_days', '[0,3)'), ['Pumpernickel']],
  ['rangeGte', (q) => q.rangeGte('shelf_days', '[1,5)'), ['Rye', 'Focaccia', 'Pumpernickel']],
  ['rangeLt', (q) => q.rangeLt('shelf_days', '[1,5)'), ['Baguette']],
  ['rangeLte', (q) => q.rangeLte('shelf_days', '[0,3)'), ['Baguette', 'Focaccia']],
  ['rangeAdjacent', (q) => q.rangeAdjacent('shelf_days', '[3,8)'), ['Focaccia', 'Pumpernickel']],
  ['overlaps, of an array', (q) => q.overlaps('tags', ['sour', 'oil']), ['Rye', 'Focaccia']],
  ['overlaps, of a range', (q) => q.overlaps('shelf_days', '[7,9)'), ['Rye', 'Pumpernickel']],
  ['textSearch', (q) => q.textSearch('note', "'warm' | 'week'"), ['Rye', 'Focaccia']],
  [
    'textSearch in a language, plain',
    (q) => q.textSearch('note', 'weeks kept', { config: 'english', type: 'plain' }),
    [],
  ],
  ['textSearch, plain', (q) => q.textSearch('note', 'weeks keeping', { config: 'english', type: 'plain' }), ['Rye']],
  ['textSearch, phrase', (q) => q.textSearch('note', 'best when warm', { type: 'phrase' }), ['Focaccia']],
  [
    'textSearch, websearch',
    (q) => q.textSearch('note', 'dense or warm -best', { type: 'websearch' }),
    ['Pumpernickel'],
  ],
  ['match', (q) => q.match({ grams: 1000, sold_out: false, baker_id: 1 }), ['Rye']],
  ['not', (q) => q.not('baker_id', 'is', null), ['Rye', 'Baguette', 'Focaccia']],
  ['not in', (q) => q.not('id', 'in', '(1,2)'), ['Focaccia', 'Pumpernickel']],
  ['or', (q) => q.or('id.eq.1,name.like.F*'), ['Rye', 'Focaccia']],
  ['or with and within', (q) => q.or('id.eq.2,and(grams.eq.1000,price.gt.5)'), ['Baguette', 'Pumpernickel']],
  ['two ors', (q) => q.or('id.eq.1,id.eq.2').or('price.lt.2,price.gt.9'), ['Baguette']],
  ['filter', (q) => q.filter('grams', 'gte', 500), ['Rye', 'Focaccia', 'Pumpernickel']],
  ['filter, negated', (q) => q.filter('tags', 'not.cs', '{dark}'), ['Baguette', 'Focaccia']],
  ['several', (q) => q.gt('price', 1).lt('price', 5).eq('grams', 1000), ['Rye']],
];

const onBreads = table.map(([title, filter, names]): ClientCase => {
  const call = (db: PostgrestClient) => filter(db.from('breads').select('name')).order('id');
  return { title, call, answer: ok(names.map((name) => ({ name }))) };
});

export const filterCases: readonly ClientCase[] = [
  ...onBreads,
  {
    title: 'a filter on what is embedded',
    call: (db) => db.from('bakers').select('name,breads(name)').eq('breads.grams', 500).order('id').limit(2),
    answer: ok([
      { name: 'Ada', breads: [] },
      { name: 'Bruno', breads: [{ name: 'Focaccia' }] },
    ]),
  },
  {
    title: 'a filter on what is embedded, for the rows around it',
    call: (db) => db.from('bakers').select('name,breads!inner(name)').eq('breads.grams', 500),
    answer: ok([{ name: 'Bruno', breads: [{ name: 'Focaccia' }] }]),
  },
  {
    title: 'or on what is embedded',
    call: (db) =>
      db
        .from('bakers')
        .select('name,breads(name)')
        .or('grams.eq.250,price.gt.4', { referencedTable: 'breads' })
        .order('id'),
    answer: ok([
      { name: 'Ada', breads: [{ name: 'Rye' }] },
      { name: 'Bruno', breads: [{ name: 'Baguette' }] },
      { name: 'Cleo', breads: [] },
    ]),
  },
  {
    title: 'rows without what could be embedded',
    call: (db) => db.from('bakers').select('name,breads()').is('breads', null),
    answer: ok([{ name: 'Cleo' }]),
  },
  {
    title: 'a column that is not there',
    call: (db) => db.from('breads').select('name').eq('colour', 'brown'),
    answer: failed(400, 'Bad Request', { code: '42703', message: 'column breads.colour does not exist' }),
  },
  {
    title: 'a value of another type',
    call: (db) => db.from('breads').select('name').eq('id', 'one'),
    answer: failed(400, 'Bad Request', { code: '22P02', message: 'invalid input syntax for type integer: "one"' }),
  },
  {
    title: 'an operator that is not there',
    call: (db) => db.from('breads').select('name').filter('id', 'near', 1),
    answer: failed(400, 'Bad Request', {
      code: 'PGRST100',
      message: '"failed to parse filter (near.1)" (line 1, column 1)',
      details: 'unexpected "e" expecting "not" or operator (eq, gt, ...)',
    }),
  },
];
