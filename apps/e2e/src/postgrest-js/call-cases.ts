/** Functions as a client calls them: by POST, GET and HEAD, with every kind of answer. */
import { failed, noContent, ok, type ClientCase } from './client-case.js';

export const callCases: readonly ClientCase[] = [
  { title: 'a scalar', call: (db) => db.rpc('add', { a: 2, b: 3 }), answer: ok(5) },
  { title: 'a scalar, by GET', call: (db) => db.rpc('add', { a: 2, b: 3 }, { get: true }), answer: ok(5) },
  { title: 'a default', call: (db) => db.rpc('greet'), answer: ok('Good morning, baker') },
  { title: 'an argument', call: (db) => db.rpc('greet', { name: 'Ada' }), answer: ok('Good morning, Ada') },
  {
    title: 'any number of arguments',
    call: (db) => db.rpc('total', { prices: [1.5, 2.25] }),
    answer: ok(3.75),
  },
  {
    title: 'rows, filtered, ordered, cut and counted',
    call: (db) =>
      db
        .rpc('breads_under', { price: 5 }, { count: 'exact' })
        .select('name')
        .gt('grams', 300)
        .order('name', { ascending: false })
        .limit(1),
    answer: ok([{ name: 'Rye' }], { status: 206, statusText: 'Partial Content', count: 2 }),
  },
  {
    title: 'rows with embeds, by GET',
    call: (db) => db.rpc('breads_under', { price: 2 }, { get: true }).select('name, bakers(name)'),
    answer: ok([{ name: 'Baguette', bakers: { name: 'Bruno' } }]),
  },
  {
    title: 'the count of rows alone',
    call: (db) => db.rpc('breads_under', { price: 5 }, { head: true, count: 'exact' }),
    answer: ok(null, { count: 3 }),
  },
  {
    title: 'one row',
    call: (db) => db.rpc('cheapest').select('name,price'),
    answer: ok({ name: 'Baguette', price: 1.2 }),
  },
  {
    title: 'a single row of several',
    call: (db) => db.rpc('breads_under', { price: 5 }).select('name').eq('id', 3).single(),
    answer: ok({ name: 'Focaccia' }),
  },
  {
    title: 'csv',
    call: (db) => db.rpc('breads_under', { price: 4 }).select('id,name').csv(),
    answer: ok('id,name\n2,Baguette\n3,Focaccia'),
  },
  { title: 'nothing', call: (db) => db.rpc('sweep'), answer: noContent() },
  {
    title: 'a write',
    call: (db) => db.rpc('restock', { shop: 2, by: 5 }).order('bread_id'),
    answer: ok([
      { bread_id: 2, shop_id: 2, loaves: 5 },
      { bread_id: 3, shop_id: 2, loaves: 11 },
    ]),
  },
  {
    title: 'a write by GET',
    call: (db) => db.rpc('restock', { shop: 2, by: 5 }, { get: true }),
    answer: failed(405, 'Method Not Allowed', {
      code: '25006',
      message: 'cannot execute UPDATE in a read-only transaction',
    }),
  },
  {
    title: 'another schema',
    call: (db) => db.schema('attic').rpc('count_breads'),
    answer: ok(1),
  },
  {
    title: 'an error of its own',
    call: (db) => db.rpc('burn'),
    answer: failed(418, 'It burns', {
      code: 'PT418',
      message: 'It burns',
      details: 'The crust first',
      hint: 'Turn it down',
    }),
  },
  {
    title: 'arguments that do not fit',
    call: (db) => db.rpc('add', { a: 1, c: 2 }),
    answer: failed(404, 'Not Found', {
      code: 'PGRST202',
      message: 'Could not find the function bakery.add(a, c) in the schema cache',
      details:
        'Searched for the function bakery.add with parameters a, c or with a single unnamed json/jsonb parameter, but no matches were found in the schema cache.',
      hint: 'Perhaps you meant to call the function bakery.add(a, b)',
    }),
  },
  {
    title: 'a header of the caller, which SQL can read',
    call: (db) => db.rpc('request_header', { name: 'x-from' }).setHeader('X-From', 'the mill'),
    answer: ok('the mill'),
  },
];
