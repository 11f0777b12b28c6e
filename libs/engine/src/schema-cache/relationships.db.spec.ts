import { createTestDatabase, type TestDatabase } from '../../../../tools/testing/test-database.js';
import { createPgExecutor, type PgExecutor } from '../../test/pg-executor.js';
import { loadSchemaCache } from './load-schema-cache.js';
import type { Relationship } from './relationship.js';
import type { SchemaCache } from './schema-cache.js';

const ddl = `
  create schema api;
  create schema hidden;
  create schema extra;
  set search_path = api;

  create table authors (id int primary key, name text);
  create table books (id int primary key, author_id int constraint wrote references authors, title text);
  create table covers (book_id int primary key references books);
  create table blurbs (id int primary key, book_id int unique references books);
  create table tags (id int primary key);
  create table book_tags (book_id int references books, tag_id int references tags, primary key (tag_id, book_id));
  create table loose_tags (id int primary key, book_id int references books, tag_id int references tags, unique (book_id, tag_id));
  create table people (id int primary key, boss int constraint boss references people, twin int unique constraint twin references people);
  create table pages (book_id int references books, no int, primary key (book_id, no));
  create table notes (no int, book_id int, foreign key (book_id, no) references pages (book_id, no));
  create table page_marks (no int, book_id int, unique (no, book_id), foreign key (book_id, no) references pages (book_id, no));
  create table logs (id int, day date, book_id int constraint logged references books, primary key (id, day)) partition by range (day);
  create table logs_1 partition of logs for values from ('2020-01-01') to ('2021-01-01');
  create table log_lines (log_id int, log_day date, foreign key (log_id, log_day) references logs (id, day));
  create table days (day date primary key);
  alter table logs_1 add constraint of_day foreign key (day) references days, add constraint of_author foreign key (id) references authors;
  create table log_notes (log_id int, log_day date, constraint noted foreign key (log_id, log_day) references logs_1 (id, day));
  create table lefts (id int primary key);
  create table rights (id int primary key);
  create table left_half (left_id int constraint half references lefts, pair int, primary key (left_id, pair));
  create table right_half (pair int, right_id int constraint half references rights, primary key (pair, right_id));
  create table other_half (pair int, right_id int constraint other references rights, primary key (pair, right_id));
  create table hidden.gold (id int primary key, book_id int constraint gilded references api.books);

  create view gold as select id, book_id from hidden.gold;
  create view hidden.below as select id, author_id from books;
  create view over_hidden as select id, author_id from hidden.below;
  create view extra.below as select id, author_id from books;
  create view over_extra as select id, author_id from extra.below;
  create view partition_view as select * from logs_1;
  create view brief as select id as no, title, author_id as who from books;
  create view briefer as select no as n, who from brief;
  create view twice as select id, id as again from authors;
  create view joined as select b.id, a.id as author, a.name from books b left join authors a on a.id = b.author_id;
  create view expressed as select id + 0 as id, coalesce(author_id, 0) as author_id from books;
  create view united as select id, author_id from books union all select id, author_id from books;
  create view by_cte as with x as (select * from books) select id, author_id from x;
  create view by_subselect as select s.id, s.author_id from (select * from books where id in (select id from books)) s;
  create view "odd } { name \\" as select id as "a } b\\c d", author_id as "{", '} {"'::text as "it's" from books;
  create view pages_view as select no as n, book_id as b from pages;
  create view notes_view as select no, book_id from notes;
  create view half_key as select no from pages;
  create view tags_view as select book_id, tag_id from book_tags;
  create recursive view upwards (id, boss) as select id, boss from people where boss is null
    union all select p.id, p.boss from people p join upwards u on u.id = p.boss;
  create view halves as select left_id, l.pair as left_pair, r.pair, right_id from left_half l, right_half r;
  create view other_halves as select left_id, l.pair as left_pair, r.pair, right_id from left_half l, other_half r;
  create materialized view stored as select id, author_id from books;
  create view over_stored as select id, author_id from stored;
  alter view by_subselect rename column author_id to writer;

  create function best(authors) returns setof books rows 1 language sql stable as 'select * from api.books limit 1';
  create function all_of(authors) returns setof books language sql stable as 'select * from api.books';
  create function first_of(authors) returns books language sql stable as 'select * from api.books limit 1';
  create function books(tags) returns setof books language sql stable as 'select * from api.books';
  create function hidden.elsewhere(authors) returns setof books language sql stable as 'select * from api.books';
  create table logs_2 partition of logs for values from ('2021-01-01') to ('2022-01-01');
  create table logs_3 partition of logs for values from ('2022-01-01') to ('2023-01-01');
  create table logs_4 partition of logs for values from ('2023-01-01') to ('2024-01-01');
  create function logs_of_2(authors) returns setof logs_2 language sql stable as 'select * from api.logs_2';
  create function author_of_3(logs_3) returns setof authors rows 1 language sql stable as 'select * from api.authors';
  create function with_more(authors, int) returns setof books language sql stable as 'select * from api.books';
`;

/** `many-to-one authors (wrote: author_id=id)`, `many-to-many tags through book_tags (...)`, `computed to-one books (best)`. */
function show(relationship: Relationship): string {
  const pairs = (columns: readonly (readonly [string, string])[]) => columns.map((pair) => pair.join('=')).join();
  switch (relationship.kind) {
    case 'computed':
      return `computed ${relationship.toOne ? 'to-one' : 'to-many'} ${relationship.target.name} (${relationship.function.name})`;
    case 'many-to-many':
      return (
        `many-to-many ${relationship.target.name} through ${relationship.junction.name} ` +
        `(${pairs(relationship.originColumns)}; ${pairs(relationship.targetColumns)})`
      );
    case 'foreign-key':
      return (
        `${relationship.cardinality}${relationship.cardinality === 'one-to-one' ? (relationship.originIsParent ? ' parent' : ' child') : ''} ` +
        `${relationship.target.name} (${relationship.constraint}: ${pairs(relationship.columns)})`
      );
  }
}

describe('relationships of a real database', () => {
  let database: TestDatabase;
  let executor: PgExecutor;
  let cache: SchemaCache;

  beforeAll(async () => {
    database = await createTestDatabase();
    executor = await createPgExecutor(database.url);
    await database.query(ddl);
    cache = await loadSchemaCache(executor, { schemas: ['api'], extraSearchPath: ['extra'] });
  });
  afterAll(async () => {
    await executor.close();
    await database.drop();
  });

  const between = (origin: string, target: string) =>
    cache
      .relationships({ schema: 'api', name: origin }, 'api')
      .filter((one) => one.target.name === target)
      .map(show);

  test.each<[string, string, string[]]>([
    ['books', 'authors', ['many-to-one authors (wrote: author_id=id)']],
    [
      'authors',
      'books',
      [
        'computed to-many books (all_of)',
        'computed to-one books (best)',
        'computed to-one books (first_of)',
        'one-to-many books (wrote: id=author_id)',
      ],
    ],
    ['covers', 'books', ['one-to-one child books (covers_book_id_fkey: book_id=id)']],
    ['books', 'covers', ['one-to-one parent covers (covers_book_id_fkey: id=book_id)']],
    ['blurbs', 'books', ['one-to-one child books (blurbs_book_id_fkey: book_id=id)']],
    ['notes', 'pages', ['many-to-one pages (notes_book_id_no_fkey: book_id=book_id,no=no)']],
    ['page_marks', 'pages', ['one-to-one child pages (page_marks_book_id_no_fkey: book_id=book_id,no=no)']],
  ])('foreign keys: %s and %s', (origin, target, expected) => {
    expect(between(origin, target)).toEqual(expected);
  });

  test.each<[string, string, string[]]>([
    [
      'books',
      'tags',
      [
        'many-to-many tags through book_tags (id=book_id; id=tag_id)',
        'many-to-many tags through tags_view (id=book_id; id=tag_id)',
      ],
    ],
    ['tags', 'books', ['computed to-many books (books)']],
    [
      'people',
      'people',
      [
        'many-to-one people (boss: boss=id)',
        'one-to-one child people (twin: twin=id)',
        'one-to-many people (boss: id=boss)',
        'one-to-one parent people (twin: id=twin)',
      ],
    ],
    ['logs', 'books', ['many-to-one books (logged: book_id=id)']],
    ['books', 'logs', ['one-to-many logs (logged: id=book_id)']],
    ['logs_1', 'books', []],
    ['log_notes', 'logs_1', ['many-to-one logs_1 (noted: log_id=id,log_day=day)']],
    ['logs_1', 'log_notes', ['one-to-many log_notes (noted: id=log_id,day=log_day)']],
    ['log_notes', 'logs', []],
    ['logs_1', 'days', ['many-to-one days (of_day: day=day)']],
    // Not through the partition itself, whose key is not known.
    ['authors', 'days', ['many-to-many days through partition_view (id=id; day=day)']],
    // As with PostgREST a junction's two keys are told apart by their names.
    ['lefts', 'rights', ['many-to-many rights through other_halves (id=left_id; id=right_id)']],
    ['log_lines', 'logs', ['many-to-one logs (log_lines_log_id_log_day_fkey: log_id=id,log_day=day)']],
  ])('junctions, functions, self references, partitions: %s and %s', (origin, target, expected) => {
    expect(between(origin, target)).toEqual(expected);
  });

  test.each<[string, string, string[]]>([
    ['gold', 'books', ['many-to-one books (gilded: book_id=id)']],
    ['brief', 'authors', ['many-to-one authors (wrote: who=id)']],
    ['briefer', 'authors', ['many-to-one authors (wrote: who=id)']],
    ['briefer', 'twice', ['many-to-one twice (wrote: who=id)', 'many-to-one twice (wrote: who=again)']],
    ['twice', 'brief', ['one-to-many brief (wrote: id=who)', 'one-to-many brief (wrote: again=who)']],
    [
      'joined',
      'tags',
      [
        'many-to-many tags through book_tags (id=book_id; id=tag_id)',
        'many-to-many tags through tags_view (id=book_id; id=tag_id)',
      ],
    ],
    ['joined', 'books', ['one-to-many books (wrote: author=author_id)']],
    ['expressed', 'authors', []],
    ['united', 'authors', []],
    ['by_cte', 'authors', ['many-to-one authors (wrote: author_id=id)']],
    ['by_subselect', 'authors', ['many-to-one authors (wrote: writer=id)']],
    ['odd } { name \\', 'authors', ['many-to-one authors (wrote: {=id)']],
    ['covers', 'odd } { name \\', ['one-to-one child odd } { name \\ (covers_book_id_fkey: book_id=a } b\\c d)']],
    ['notes_view', 'pages_view', ['many-to-one pages_view (notes_book_id_no_fkey: book_id=b,no=n)']],
    ['notes', 'half_key', []],
    ['stored', 'authors', ['many-to-one authors (wrote: author_id=id)']],
    ['over_stored', 'authors', ['many-to-one authors (wrote: author_id=id)']],
    ['upwards', 'people', []],
    ['over_extra', 'authors', ['many-to-one authors (wrote: author_id=id)']],
    ['over_hidden', 'authors', []],
    ['authors', 'over_hidden', []],
    ['partition_view', 'books', []],
    ['log_notes', 'partition_view', ['many-to-one partition_view (noted: log_id=id,log_day=day)']],
  ])('views: %s and %s', (origin, target, expected) => {
    expect(between(origin, target)).toEqual(expected);
  });

  test.each([
    ['joined', ['author', 'id']],
    ['pages_view', ['b', 'n']],
    ['half_key', []],
    ['twice', ['id']],
    ['over_stored', ['id']],
    ['over_extra', ['id']],
    ['over_hidden', []],
    ['partition_view', ['day', 'id']],
  ])('primary key of view %s', (view, key) => {
    expect(cache.table({ schema: 'api', name: view })?.primaryKey).toEqual(key);
  });

  test.each([
    ['books', 'authors', ['wrote']],
    ['books', 'wrote', ['wrote', 'wrote']],
    ['books', 'author_id', ['wrote', 'wrote']],
    ['authors', 'author_id', ['wrote', 'wrote', 'wrote']],
  ])('candidates from %s by the name %s', (origin, name, constraints) => {
    const found = cache.relationshipsNamed({ schema: 'api', name: origin }, 'api', name);
    const shown = found.map((one) => (one.kind === 'foreign-key' ? one.constraint : one.kind));
    expect(shown.slice(0, constraints.length)).toEqual(constraints);
  });

  test('a partition with a foreign key of its own is embedded, but no table', () => {
    expect(cache.table({ schema: 'api', name: 'logs_1' })).toBeUndefined();
    expect(cache.tables('api').map(({ name }) => name)).not.toContain('logs_1');
  });

  test.each([
    ['authors', 'logs_of_2', ['computed to-many logs_2 (logs_of_2)']],
    ['logs_3', 'author_of_3', ['computed to-one authors (author_of_3)']],
    ['logs_4', 'books', []],
  ])('a function from or to the rows of a partition: %s and %s', (origin, name, expected) => {
    expect(cache.relationshipsNamed({ schema: 'api', name: origin }, 'api', name).map(show)).toEqual(expected);
    expect(cache.table({ schema: 'api', name: origin })).toEqual(origin === 'authors' ? expect.anything() : undefined);
  });

  test('a table is related exactly when it has relationships', () => {
    const names = [...cache.tables('api').map(({ name }) => name), 'logs_1', 'logs_3', 'logs_4', 'nothing'];
    const related = (name: string, schema: string): boolean => cache.isRelated({ schema: 'api', name }, schema);
    for (const name of names) {
      for (const schema of ['api', 'hidden', 'extra']) {
        const any = cache.relationships({ schema: 'api', name }, schema).length > 0;
        expect([name, schema, related(name, schema)]).toEqual([name, schema, any]);
      }
    }
    expect(names.filter((name) => related(name, 'api')).length).toBeGreaterThan(20);
    expect([related('authors', 'hidden'), related('books', 'hidden'), related('expressed', 'api')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('a function is found in its own schema, not in that of its rows', () => {
    expect(cache.relationshipsNamed({ schema: 'api', name: 'authors' }, 'api', 'elsewhere')).toEqual([]);
  });
});
