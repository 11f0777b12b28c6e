/** The root document on a real PostgreSQL: only what the role may use is in it. */
import { randomBytes } from 'node:crypto';
import { createDatabaseApi, type DatabaseApi } from '../../test/database-api.js';

const reader = `reader_${randomBytes(4).toString('hex')}`;

const ddl = `
create role ${reader};
create schema api;
create type api.mood as enum ('good', 'bad');
create type api.text as (shadows text);
create table api.seen (id int);
create table api.hidden (id int);
create function api.over(a api.mood, b int[]) returns int language sql return 1;
create function api.over(a api.mood, b pg_catalog.text) returns int language sql return 2;
create function api.alone(a api.text) returns int language sql return 3;
create function api.none() returns int language sql return 4;
comment on function api.over(api.mood, int[]) is 'For everybody';
comment on function api.over(api.mood, pg_catalog.text) is 'Secret';
grant usage on schema api to ${reader};
grant select on api.seen to ${reader};
revoke execute on function api.over(api.mood, pg_catalog.text), api.none() from public;
`;

describe('a root document that follows privileges', () => {
  let own: DatabaseApi;

  beforeAll(async () => {
    own = await createDatabaseApi(ddl, [reader]);
  });
  afterAll(() => own?.close());

  it('has the tables and the overloads that the role may use', async () => {
    const { body } = await own.api('GET', '/');
    expect(Object.keys(Object(body).paths).sort()).toEqual(['/', '/rpc/alone', '/rpc/over', '/seen']);
    expect(Object(body).paths['/rpc/over'].post.summary).toBe('For everybody');
  });
});
