#!/usr/bin/env node
// Writes vocabulary.jsonl from a loaded world: node describe-world.mjs postgresql://superuser@host/world
// A file and not a look-up at run time, so that a seed means the same requests everywhere.
import fs from 'node:fs';
import pg from 'pg';

const schemas = ['atlas', 'reading', 'Depot Nord'];
const relations = `
  select n.nspname as schema, c.relname as name,
    array(select json_build_object('name', a.attname, 'type', format_type(a.atttypid, null)) from pg_attribute a
          where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum) as columns,
    array(select a.attname::text from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
          where i.indrelid = c.oid and i.indisprimary order by a.attnum) as key
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = any($1) and c.relkind in ('r', 'v', 'm', 'p', 'f') order by 1, 2`;
const foreignKeys = `
  select o.conname as name, a.relname as "from", b.relname as "to",
    array(select attname::text from pg_attribute where attrelid = a.oid and attnum = any(o.conkey)) as columns
  from pg_constraint o join pg_class a on a.oid = o.conrelid join pg_class b on b.oid = o.confrelid
    join pg_namespace n on n.oid = a.relnamespace
  where o.contype = 'f' and o.conparentid = 0 and n.nspname = any($1) order by 1, 2`;
const functions = `
  select n.nspname as schema, p.proname as name, p.provolatile = 'v' as volatile, p.proretset as set,
    coalesce(p.proargnames, '{}') as names,
    array(select format_type(t, null) from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) t) as types,
    coalesce(p.proargmodes::text[], '{}') as modes, format_type(p.prorettype, null) as returns,
    (select r.relname from pg_class r join pg_type t on t.typrelid = r.oid where t.oid = p.proargtypes[0] and r.relkind <> 'c') as row_of
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname = any($1) and p.prokind = 'f' and p.prorettype <> 'trigger'::regtype
  order by 1, 2, p.oid::regprocedure::text`;

const client = new pg.Client({ connectionString: process.argv[2] });
await client.connect();
const lines = [];
for (const row of (await client.query(relations, [schemas])).rows) {
  for (const column of row.columns) {
    const values = `select distinct left(${pg.escapeIdentifier(column.name)}::text, 60) as v
      from ${pg.escapeIdentifier(row.schema)}.${pg.escapeIdentifier(row.name)} order by 1 limit 3`;
    column.values = (await client.query(values)).rows.map(({ v }) => v).filter((v) => v !== null);
  }
  lines.push({ kind: 'relation', ...row });
}
for (const row of (await client.query(foreignKeys, [schemas])).rows) lines.push({ kind: 'foreign-key', ...row });
for (const row of (await client.query(functions, [schemas])).rows) lines.push({ kind: 'function', ...row });
await client.end();
const file = new URL('vocabulary.jsonl', import.meta.url);
fs.writeFileSync(file, lines.map((line) => JSON.stringify(line) + '\n').join(''));
