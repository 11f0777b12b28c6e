/**
 * A database's schema as SQL that makes it again in an empty database: the same schema is the same text, whatever its
 * history, oids and collation, so that two of them can be compared line by line. Reads only.
 *
 * Of a schema of thousands of tables each step takes a tenth of a second, and whoever else this process serves has a turn
 * in between.
 *
 * Roles belong to the cluster and are not in it; nor is anything of the `perch` schema, nor are privileges of the roles
 * that Perch makes for itself. Objects of the database's owner carry no owner: they are of whoever runs the text.
 *
 * @see https://www.postgresql.org/docs/18/catalogs.html
 */
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import { openSession, prepareConnection } from '../session.js';
import { orderItems } from './order-items.js';
import { readSchema, type About, type DatabaseSchema } from './read-schema.js';
import type { SchemaItem } from './schema-item.js';
import { toTableItems } from './table-items.js';

/** Bodies of functions name what comes later, and no name is to be found by luck. */
const HEADER = ['SET check_function_bodies = off;', "SET search_path = '';"].join('\n');

/** @throws ProvisioningError with what PostgreSQL said */
export async function dumpSchema(client: ClientBase): Promise<string> {
  const session = openSession(await prepareConnection(client), 'dump-schema');
  return session.atOneMoment(async (moment) => renderSchema(await readSchema(moment)));
}

async function renderSchema(schema: DatabaseSchema): Promise<string> {
  const { items, parts } = await inOrder(schema);
  await othersTurn();
  const wholeOf = (key: string): string => resolve(parts, key);
  const said = new Map<string, string[]>();
  const add = ({ statement }: About, key: string): void => {
    const before = said.get(key);
    if (before === undefined) said.set(key, [statement]);
    else before.push(statement);
  };
  const own = new Set(items.map(({ key }) => key));
  const extensions = new Set(items.filter(({ kind }) => kind === 'extension').map(({ key }) => key));
  for (const comment of schema.comments) {
    const key = wholeOf(comment.key);
    if (!extensions.has(key)) add(comment, key);
  }
  for (const privilege of schema.privileges.filter(({ key }) => own.has(key))) add(privilege, privilege.key);
  const owners = schema.owners.filter(({ key }) => own.has(key)).map(({ statement }) => statement);
  const blocks = [
    ...(schema.leftOut.length === 0 ? [] : [schema.leftOut.map((what) => remark(`Not included: ${what}`)).join('\n')]),
    HEADER,
    ...items.map(({ key, statement }) => [statement, ...(said.get(key) ?? [])].filter((one) => one !== '').join('\n')),
    // Last, since privileges apply to what is made from then on, and an owner may not be who runs this.
    schema.defaultPrivileges.join('\n'),
    owners.join('\n'),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** On one line whatever the name of an object is: behind a line break it would be run. */
function remark(text: string): string {
  return `-- ${text.replaceAll(/[\r\n]+/g, ' ')}`;
}

/** Times that one table of every circle is taken apart; then all of them are, which ends every circle that tables can end. */
const ROUNDS = 8;

/** Takes defaults and checks out of tables as long as they stand in a circle: of each circle one table after the other. */
async function inOrder(schema: DatabaseSchema) {
  const apart = new Set<string>();
  for (let round = 1; ; round += 1) {
    const { items, stuck, circles, parts } = await orderWith(schema, apart);
    const tables = circles.map((circle) => circle.filter(({ kind, key }) => kind === 'table' && !apart.has(key)));
    const next = tables.flatMap((ofCircle) => (round > ROUNDS ? ofCircle : ofCircle.slice(0, 1)));
    // What is in a circle all the same comes last, in its usual order.
    if (next.length === 0) return { items: [...items, ...stuck], parts };
    for (const { key } of next) apart.add(key);
  }
}

/** @param apart keys of tables whose defaults and checks are items of their own */
async function orderWith(schema: DatabaseSchema, apart: ReadonlySet<string>) {
  const items = [...schema.objects, ...schema.tables.flatMap((table) => toTableItems(table, apart.has(table.key)))];
  await othersTurn();
  const own = new Set(items.map(({ key }) => key));
  // What has an item of its own is no part of another one.
  const parts = new Map([...schema.parts].filter(([part]) => !own.has(part)));
  const needs = needsOf(items, parts, schema);
  await othersTurn();
  return { parts, ...orderItems(items, needs) };
}

function needsOf(
  items: readonly SchemaItem[],
  parts: ReadonlyMap<string, string>,
  { dependencies }: DatabaseSchema,
): ReadonlyMap<string, ReadonlySet<string>> {
  const needs = new Map<string, Set<string>>();
  const add = (key: string, needed: string): void => {
    const set = needs.get(key) ?? new Set();
    needs.set(key, set.add(needed));
  };
  for (const item of items) for (const needed of item.needs) add(item.key, resolve(parts, needed));
  for (const { key, needs: needed } of dependencies) add(resolve(parts, key), resolve(parts, needed));
  return needs;
}

function resolve(parts: ReadonlyMap<string, string>, key: string): string {
  let current = key;
  for (let whole = parts.get(current); whole !== undefined && whole !== current; whole = parts.get(current)) {
    current = whole;
  }
  return current;
}
