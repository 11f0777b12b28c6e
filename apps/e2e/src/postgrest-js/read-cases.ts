/** What a client can ask of a read: columns, embeds, order, pages, counts, and in which shape the rows come. */
import { failed, ok, type ClientCase } from './client-case.js';

export const readCases: readonly ClientCase[] = [
  {
    title: 'every column',
    call: (db) => db.from('bakers').select().eq('id', 2),
    answer: ok([{ id: 2, name: 'Bruno', born: '1975-12-24', nickname: 'Bru' }]),
  },
  {
    title: 'renamed, cast and computed columns, and values in json',
    call: (db) =>
      db.from('breads').select('title:name, price::text, label, flour:details->>flour, details->hours->1').eq('id', 1),
    answer: ok([{ title: 'Rye', price: '4.50', label: 'Rye, 1000 g', flour: 'rye', hours: 6 }]),
  },
  {
    title: 'embeds of every kind',
    call: (db) => db.from('breads').select('name,bakers(name),shops(name),recipes(minutes),stock(loaves)').eq('id', 2),
    answer: ok([
      {
        name: 'Baguette',
        bakers: { name: 'Bruno' },
        shops: [{ name: 'Mill Lane' }, { name: 'Quay' }],
        recipes: { minutes: null },
        stock: [{ loaves: 10 }, { loaves: 0 }],
      },
    ]),
  },
  {
    title: 'an embed spread into its row',
    call: (db) => db.from('breads').select('name,...bakers(baker:name)').order('id').limit(1),
    answer: ok([{ name: 'Rye', baker: 'Ada' }]),
  },
  {
    title: 'aggregates',
    call: (db) => db.from('breads').select('grams,count(),price.sum()').order('grams'),
    answer: ok([
      { grams: 250, count: 1, sum: 1.2 },
      { grams: 500, count: 1, sum: 3.0 },
      { grams: 1000, count: 2, sum: 9.6 },
    ]),
  },
  {
    title: 'order, first by one column and then by another',
    call: (db) => db.from('breads').select('id').order('grams', { ascending: false }).order('price'),
    answer: ok([{ id: 1 }, { id: 4 }, { id: 3 }, { id: 2 }]),
  },
  {
    title: 'order with nulls first',
    call: (db) => db.from('breads').select('id').order('baker_id', { nullsFirst: true }).order('id'),
    answer: ok([{ id: 4 }, { id: 1 }, { id: 2 }, { id: 3 }]),
  },
  {
    title: 'order by a column of an embed',
    call: (db) =>
      db.from('breads').select('id,bakers(name)').order('bakers(name)', { ascending: false }).order('id').limit(3),
    answer: ok([
      { id: 4, bakers: null },
      { id: 2, bakers: { name: 'Bruno' } },
      { id: 3, bakers: { name: 'Bruno' } },
    ]),
  },
  {
    title: 'order and limit of an embed',
    call: (db) =>
      db
        .from('bakers')
        .select('name,breads(name)')
        .eq('id', 2)
        .order('price', { referencedTable: 'breads', ascending: false })
        .limit(1, { referencedTable: 'breads' }),
    answer: ok([{ name: 'Bruno', breads: [{ name: 'Focaccia' }] }]),
  },
  {
    title: 'range of an embed, by the older name of the option',
    call: (db) =>
      db
        .from('bakers')
        .select('name,breads(name)')
        .eq('id', 2)
        .order('name', { foreignTable: 'breads' })
        .range(1, 1, { foreignTable: 'breads' }),
    answer: ok([{ name: 'Bruno', breads: [{ name: 'Focaccia' }] }]),
  },
  {
    title: 'limit',
    call: (db) => db.from('breads').select('id').order('id').limit(2),
    answer: ok([{ id: 1 }, { id: 2 }]),
  },
  {
    title: 'range',
    call: (db) => db.from('breads').select('id').order('id').range(1, 2),
    answer: ok([{ id: 2 }, { id: 3 }]),
  },
  {
    title: 'range with a count: a part of the whole',
    call: (db) => db.from('breads').select('id', { count: 'exact' }).order('id').range(1, 2),
    answer: ok([{ id: 2 }, { id: 3 }], { status: 206, statusText: 'Partial Content', count: 4 }),
  },
  {
    title: 'range beyond the end',
    call: (db) => db.from('breads').select('id', { count: 'exact' }).range(10, 12),
    answer: failed(416, 'Requested Range Not Satisfiable', {
      code: 'PGRST103',
      message: 'Requested range not satisfiable',
      details: 'An offset of 10 was requested, but there are only 4 rows.',
    }),
  },
  {
    title: 'an exact count',
    call: (db) => db.from('breads').select('id', { count: 'exact' }).eq('grams', 1000).order('id'),
    answer: ok([{ id: 1 }, { id: 4 }], { count: 2 }),
  },
  {
    title: 'a planned count',
    call: (db) => db.from('bakers').select('id', { count: 'planned' }).eq('id', 1),
    answer: { ...ok([{ id: 1 }]), count: expect.any(Number) },
  },
  {
    title: 'an estimated count',
    call: (db) => db.from('bakers').select('id', { count: 'estimated' }).order('id'),
    answer: ok([{ id: 1 }, { id: 2 }, { id: 3 }], { count: 3 }),
  },
  {
    title: 'the count alone',
    call: (db) => db.from('breads').select('*', { count: 'exact', head: true }).gt('price', 2),
    answer: ok(null, { count: 3 }),
  },
  {
    title: 'a single row',
    call: (db) => db.from('bakers').select('name').eq('id', 1).single(),
    answer: ok({ name: 'Ada' }),
  },
  {
    title: 'a single row of several',
    call: (db) => db.from('bakers').select('name').single(),
    answer: failed(406, 'Not Acceptable', {
      code: 'PGRST116',
      message: 'Cannot coerce the result to a single JSON object',
      details: 'The result contains 3 rows',
    }),
  },
  {
    title: 'a single row of none',
    call: (db) => db.from('bakers').select('name').eq('id', 0).single(),
    answer: failed(406, 'Not Acceptable', {
      code: 'PGRST116',
      message: 'Cannot coerce the result to a single JSON object',
      details: 'The result contains 0 rows',
    }),
  },
  {
    title: 'perhaps a single row: one',
    call: (db) => db.from('bakers').select('name').eq('id', 1).maybeSingle(),
    answer: ok({ name: 'Ada' }),
  },
  {
    title: 'perhaps a single row: none',
    call: (db) => db.from('bakers').select('name').eq('id', 0).maybeSingle(),
    answer: ok(null),
  },
  {
    title: 'csv',
    call: (db) => db.from('bakers').select('name,born,nickname').order('id').csv(),
    answer: ok('name,born,nickname\nAda,1950-04-01,\nBruno,1975-12-24,Bru\nCleo,,'),
  },
  {
    title: 'geojson',
    call: (db) => db.from('shops').select('id,name').eq('id', 1).geojson(),
    answer: ok({
      type: 'FeatureCollection',
      features: [{ type: 'Feature', geometry: null, properties: { id: 1, name: 'Mill Lane' } }],
    }),
  },
  {
    title: 'without nulls',
    call: (db) => db.from('bakers').select('name,born,nickname').order('id').stripNulls(),
    answer: ok([
      { name: 'Ada', born: '1950-04-01' },
      { name: 'Bruno', born: '1975-12-24', nickname: 'Bru' },
      { name: 'Cleo' },
    ]),
  },
  {
    title: 'a single row without nulls',
    call: (db) => db.from('bakers').select('name,nickname').eq('id', 1).single().stripNulls(),
    answer: ok({ name: 'Ada' }),
  },
  {
    title: 'how it would be done',
    call: (db) => db.from('bakers').select().eq('id', 1).explain(),
    answer: ok(expect.stringMatching(/^Aggregate {2}\(cost=.*rows=1 [\s\S]*on bakers/)),
  },
  {
    title: 'how it was done, in every detail, as json',
    call: (db) =>
      db
        .from('bakers')
        .select()
        .explain({ analyze: true, verbose: true, settings: true, buffers: true, wal: true, format: 'json' }),
    answer: ok([
      expect.objectContaining({
        Plan: expect.objectContaining({ 'Node Type': 'Aggregate', 'Actual Rows': expect.anything() }),
        'Execution Time': expect.any(Number),
      }),
    ]),
  },
  {
    title: 'types of the caller, which change nothing',
    call: (db) =>
      db.from('bakers').select('name').eq('id', 1).returns<{ name: string }[]>().overrideTypes<{ name: string }[]>(),
    answer: ok([{ name: 'Ada' }]),
  },
  {
    title: 'another schema',
    call: (db) => db.schema('attic').from('breads').select(),
    answer: ok([{ id: 1, name: 'Manchet', retired: 1800 }]),
  },
  {
    title: 'a schema that is not exposed',
    call: (db) => db.schema('pg_catalog').from('pg_class').select(),
    answer: failed(406, 'Not Acceptable', {
      code: 'PGRST106',
      message: 'Invalid schema: pg_catalog',
      hint: 'Only the following schemas are exposed: bakery, attic',
    }),
  },
  {
    title: 'a table that is not there, with the nearest that is',
    call: (db) => db.from('bread').select(),
    answer: failed(404, 'Not Found', {
      code: 'PGRST205',
      message: "Could not find the table 'bakery.bread' in the schema cache",
      hint: "Perhaps you meant the table 'bakery.breads'",
    }),
  },
  {
    title: 'an embed that is not related',
    call: (db) => db.from('shops').select('name,bakers(name)'),
    answer: failed(400, 'Bad Request', {
      code: 'PGRST200',
      message: "Could not find a relationship between 'shops' and 'bakers' in the schema cache",
      details:
        "Searched for a foreign key relationship between 'shops' and 'bakers' in the schema 'bakery', but no matches were found.",
      hint: expect.anything(),
    }),
  },
];
