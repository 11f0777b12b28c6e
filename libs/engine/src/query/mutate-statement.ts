/** The main statement of a mutation: a MutateAction in, one statement that changes, counts and shows out. */
import type { Preferences } from '../api-request/preferences.js';
import type { MutateAction } from '../plan/action-plan.js';
import { sourceCte } from '../plan/read-plan.js';
import { atMost, exactlyOne } from './guards-sql.js';
import { locationSql } from './location-sql.js';
import { insertedSetting, mutateQuery } from './mutate-query.js';
import { pageStatement, pageTotal } from './page-statement.js';
import { readQuery } from './read-query.js';
import { ident, literal, sql, type SqlFragment } from './sql.js';

const rows = { kind: 'rows' } as const;

export function mutateStatement(plan: MutateAction, preferences: Preferences, maxBodyBytes?: number): SqlFragment {
  const shown = preferences.return === 'representation';
  const source = ident(sourceCte);
  return pageStatement({
    origin: { name: sourceCte, query: mutateQuery(plan.mutate) },
    query: shown ? readQuery(plan.read) : sql`select * from ${source}`,
    rows,
    pageTotal: pageTotal(rows),
    handler: shown ? plan.content.handler : { kind: 'none' },
    total: sql`null::bigint`,
    location: showsLocation(plan, preferences) ? locationSql(plan.locationKey) : sql`null::text`,
    inserted: countsInserted(plan) ? insertedSql : sql`null::text`,
    guards: plan.content.mediaType.kind === 'plan' ? [] : guards(plan, preferences),
    maxBodyBytes,
  });
}

function showsLocation({ verb }: MutateAction, preferences: Preferences): boolean {
  return verb === 'insert' && preferences.return === 'headers-only';
}

function countsInserted({ mutate }: MutateAction): boolean {
  return mutate.kind === 'insert' && mutate.conflict?.resolution === 'merge-duplicates';
}

const insertedSql = sql`nullif(pg_catalog.current_setting(${literal(insertedSetting)}, true), '')`;

function guards({ verb, content }: MutateAction, preferences: Preferences): readonly SqlFragment[] {
  const count = pageTotal(rows);
  const { handling, maxAffected } = preferences;
  const limited = handling === 'strict' && (verb === 'update' || verb === 'delete') ? maxAffected : undefined;
  return [
    ...(verb === 'put' ? [exactlyOne('PGRST115', count)] : []),
    ...(content.singular ? [exactlyOne('PGRST116', count)] : []),
    ...(limited === undefined ? [] : [atMost(limited, count)]),
  ];
}
