/** What a client can write, and in which shape it hears of it. Nothing of it stays: the data API undoes it. */
import { created, failed, noContent, ok, type ClientCase } from './client-case.js';

const taken = {
  code: '23505',
  message: 'duplicate key value violates unique constraint "shops_pkey"',
  details: 'Key (id)=(1) already exists.',
};

export const writeCases: readonly ClientCase[] = [
  {
    title: 'insert of one row',
    call: (db) => db.from('shops').insert({ id: 3, name: 'Station' }),
    answer: created(null),
  },
  {
    title: 'insert, with the row as it became',
    call: (db) =>
      db
        .from('breads')
        .insert({ id: 9, name: 'Brioche', tags: ['sweet'], details: { eggs: 4 } })
        .select(),
    answer: created([
      {
        id: 9,
        name: 'Brioche',
        baker_id: null,
        price: 2.5,
        grams: null,
        tags: ['sweet'],
        details: { eggs: 4 },
        shelf_days: null,
        sold_out: null,
        note: null,
      },
    ]),
  },
  {
    title: 'insert, with an embed of the row',
    call: (db) =>
      db.from('breads').insert({ id: 9, name: 'Brioche', baker_id: 1 }).select('name, bakers(name)').single(),
    answer: created({ name: 'Brioche', bakers: { name: 'Ada' } }),
  },
  {
    title: 'insert of several rows, counted',
    call: (db) =>
      db
        .from('shops')
        .insert(
          [
            { id: 3, name: 'Station' },
            { id: 4, name: 'Market' },
          ],
          { count: 'exact' },
        )
        .select('id'),
    answer: created([{ id: 3 }, { id: 4 }], { count: 2 }),
  },
  {
    title: 'insert of rows with different keys: null where one is absent',
    call: (db) =>
      db
        .from('stock')
        .insert([
          { bread_id: 4, shop_id: 1 },
          { bread_id: 4, shop_id: 2, loaves: 7 },
        ])
        .select(),
    answer: failed(400, 'Bad Request', {
      code: '23502',
      message: 'null value in column "loaves" of relation "stock" violates not-null constraint',
      details: 'Failing row contains (4, 1, null).',
    }),
  },
  {
    title: 'insert of rows with different keys: the default where one is absent',
    call: (db) =>
      db
        .from('stock')
        .insert(
          [
            { bread_id: 4, shop_id: 1 },
            { bread_id: 4, shop_id: 2, loaves: 7 },
          ],
          { defaultToNull: false },
        )
        .select(),
    answer: created([
      { bread_id: 4, shop_id: 1, loaves: 1 },
      { bread_id: 4, shop_id: 2, loaves: 7 },
    ]),
  },
  {
    title: 'insert of no rows',
    call: (db) => db.from('shops').insert([]).select(),
    answer: created([]),
  },
  {
    title: 'insert of a key that is taken',
    call: (db) => db.from('shops').insert({ id: 1, name: 'Again' }),
    answer: failed(409, 'Conflict', taken),
  },
  {
    title: 'insert of a column that is not there',
    call: (db) => db.from('shops').insert([{ id: 5, colour: 'red' }]),
    answer: failed(400, 'Bad Request', {
      code: 'PGRST204',
      message: "Could not find the 'colour' column of 'shops' in the schema cache",
    }),
  },
  {
    title: 'insert of what is referenced nowhere',
    call: (db) => db.from('stock').insert({ bread_id: 77, shop_id: 1 }),
    answer: failed(409, 'Conflict', {
      code: '23503',
      message: 'insert or update on table "stock" violates foreign key constraint "stock_bread_id_fkey"',
      details: 'Key (bread_id)=(77) is not present in table "breads".',
    }),
  },
  {
    title: 'upsert: one row changed, one new',
    call: (db) =>
      db
        .from('shops')
        .upsert([
          { id: 2, name: 'New Quay' },
          { id: 3, name: 'Station' },
        ])
        .select(),
    answer: created([
      { id: 2, name: 'New Quay' },
      { id: 3, name: 'Station' },
    ]),
  },
  {
    title: 'upsert of rows that all were there',
    call: (db) => db.from('shops').upsert({ id: 2, name: 'New Quay' }).select(),
    answer: ok([{ id: 2, name: 'New Quay' }]),
  },
  {
    title: 'upsert by another unique column',
    call: (db) => db.from('bakers').upsert({ id: 1, name: 'Ada', nickname: 'A' }, { onConflict: 'name' }).select(),
    answer: ok([{ id: 1, name: 'Ada', born: '1950-04-01', nickname: 'A' }]),
  },
  {
    title: 'upsert that leaves alone what is there, counted',
    call: (db) =>
      db
        .from('shops')
        .upsert(
          [
            { id: 2, name: 'New Quay' },
            { id: 3, name: 'Station' },
          ],
          { ignoreDuplicates: true, count: 'exact' },
        )
        .select(),
    answer: created([{ id: 3, name: 'Station' }], { count: 1 }),
  },
  {
    title: 'upsert with defaults',
    call: (db) =>
      db
        .from('stock')
        .upsert(
          [
            { bread_id: 1, shop_id: 1 },
            { bread_id: 1, shop_id: 2, loaves: 9 },
          ],
          { defaultToNull: false },
        )
        .select(),
    answer: created([
      { bread_id: 1, shop_id: 1, loaves: 1 },
      { bread_id: 1, shop_id: 2, loaves: 9 },
    ]),
  },
  {
    title: 'update',
    call: (db) => db.from('breads').update({ price: 4.75, sold_out: null }).eq('id', 1),
    answer: noContent(),
  },
  {
    title: 'update, counted, with the rows as they became',
    call: (db) =>
      db
        .from('breads')
        .update({ grams: 900 }, { count: 'exact' })
        .eq('grams', 1000)
        .select('name, grams')
        .order('name'),
    answer: ok(
      [
        { name: 'Pumpernickel', grams: 900 },
        { name: 'Rye', grams: 900 },
      ],
      { count: 2 },
    ),
  },
  {
    title: 'update of no row',
    call: (db) => db.from('breads').update({ grams: 1 }).eq('id', 0).select(),
    answer: ok([]),
  },
  {
    title: 'update of one row that turns out to be two',
    call: (db) => db.from('breads').update({ grams: 1 }).eq('grams', 1000).select().single(),
    answer: failed(406, 'Not Acceptable', {
      code: 'PGRST116',
      message: 'Cannot coerce the result to a single JSON object',
      details: 'The result contains 2 rows',
    }),
  },
  {
    title: 'delete',
    call: (db) => db.from('stock').delete().eq('shop_id', 2),
    answer: noContent(),
  },
  {
    title: 'delete, counted',
    call: (db) => db.from('stock').delete({ count: 'exact' }).eq('shop_id', 2),
    answer: noContent({ count: 2 }),
  },
  {
    title: 'delete, with what is gone',
    call: (db) => db.from('stock').delete().eq('shop_id', 2).gt('loaves', 0).select('bread_id,loaves'),
    answer: ok([{ bread_id: 3, loaves: 6 }]),
  },
  {
    title: 'delete of no more rows than meant',
    call: (db) => affecting(db.from('stock').delete().eq('shop_id', 2), 2),
    answer: noContent(),
  },
  {
    title: 'delete of more rows than meant',
    call: (db) => affecting(db.from('stock').delete().eq('shop_id', 2), 1),
    answer: failed(400, 'Bad Request', {
      code: 'PGRST124',
      message: 'Query result exceeds max-affected preference constraint',
      details: 'The query affects 2 rows',
    }),
  },
  {
    title: 'update of more rows than meant',
    call: (db) => affecting(db.from('stock').update({ loaves: 0 }), 3),
    answer: failed(400, 'Bad Request', {
      code: 'PGRST124',
      message: 'Query result exceeds max-affected preference constraint',
      details: 'The query affects 4 rows',
    }),
  },
];

/** The client's types allow maxAffected only where they are told of PostgREST 13 or later; its code has it always. */
function affecting(builder: PromiseLike<unknown>, rows: number): PromiseLike<unknown> {
  return (builder as unknown as { maxAffected(rows: number): PromiseLike<unknown> }).maxAffected(rows);
}
