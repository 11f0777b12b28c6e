// Many branches as a fleet sees them: databases of one PostgreSQL with 40 tables each, and the tenants that serve them.
import pg from 'pg';
import { schemaVersionStatements } from '../../libs/provisioning/dist/schema-version.sql.js';

const TABLES = 40;
const login = 'perch_bench_fleet';
const anonymous = 'perch_bench_anonymous';
const password = 'perch-bench';
const template = 'perch_bench_template';

/** Host under which branch `n` is asked. */
export const hostOf = (n) => `b${n}.fleet.localhost`;

/** Of branch `n` in this database. */
export function tenant(n, databaseUrl, settings = {}) {
  return {
    name: `b${n}`,
    hostnames: [hostOf(n)],
    database_url: databaseUrl,
    settings: { db_schemas: ['api'], db_anon_role: anonymous, pool_size: 4, ...settings },
    jwt: {},
  };
}

/**
 * Makes `count` databases, each a copy of one with 40 tables.
 * `distinct` gives every one a column of its own, so that no two schemas are equal; `counted` has event triggers count
 * changes of the schema, as provisioning installs them.
 */
export async function createBranches(
  superuserUrl,
  count,
  { distinct = false, counted = false, onProgress = () => {} } = {},
) {
  await query(superuserUrl, roles);
  await query(superuserUrl, `drop database if exists ${template} with (force)`);
  await query(superuserUrl, `create database ${template}`);
  await query(urlOf(superuserUrl, template), ddl());
  const triggers = counted ? schemaVersionStatements(new Set()) : [];
  await query(urlOf(superuserUrl, template), triggers.join(';\n'));
  for (let n = 0; n < count; n += 1) {
    await query(superuserUrl, `drop database if exists ${databaseOf(n)} with (force)`);
    await query(superuserUrl, `create database ${databaseOf(n)} template ${template} strategy file_copy`);
    if (distinct) await query(urlOf(superuserUrl, databaseOf(n)), `alter table api.t1 add column own_${n} int`);
    if (n % 100 === 99) onProgress(n + 1);
  }
  return Array.from({ length: count }, (_, n) => tenant(n, loginUrl(superuserUrl, databaseOf(n))));
}

export async function dropBranches(superuserUrl, count) {
  for (let n = 0; n < count; n += 1) await query(superuserUrl, `drop database if exists ${databaseOf(n)} with (force)`);
  await query(superuserUrl, `drop database if exists ${template} with (force)`);
  await query(superuserUrl, `drop role if exists ${login}; drop role if exists ${anonymous}`);
}

const databaseOf = (n) => `perch_bench_b${n}`;

export function loginUrl(superuserUrl, database) {
  const url = new URL(urlOf(superuserUrl, database));
  url.username = login;
  url.password = password;
  return url.href;
}

function urlOf(superuserUrl, database) {
  const url = new URL(superuserUrl);
  url.pathname = `/${database}`;
  return url.href;
}

async function query(url, text) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(text);
  } finally {
    await client.end();
  }
}

const roles = `
do $$ begin create role ${login} login noinherit password '${password}'; exception when duplicate_object then null; end $$;
do $$ begin create role ${anonymous} nologin; exception when duplicate_object then null; end $$;
grant ${anonymous} to ${login};
`;

function ddl() {
  const tables = Array.from({ length: TABLES }, (_, at) => {
    const parent = at === 0 ? '' : `, parent_id int references api.t${at}`;
    return `create table api.t${at + 1} (id int primary key, name text not null, kind text, amount numeric, at timestamptz default now(), done boolean, doc jsonb${parent});`;
  });
  return `create schema api; ${tables.join('\n')}
    insert into api.t1 select n, 'Row ' || n from generate_series(1, 100) n;
    create function api.slow(seconds float) returns void language sql as $f$ select pg_sleep(seconds) $f$;
    grant usage on schema api to ${anonymous};
    grant select on all tables in schema api to ${anonymous};
    grant execute on all functions in schema api to ${anonymous};`;
}
