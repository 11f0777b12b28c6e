/** Reads of the film world for specs: a path with a query string in, its parse, plan and SQL out. */
import { parseQueryParams, type QueryParams } from '../src/api-request/query-params/query-params.js';
import { planRead, type ReadInput } from '../src/plan/plan-read.js';
import type { ReadPlan } from '../src/plan/read-plan.js';
import { readQuery } from '../src/query/read-query.js';
import { compile, type CompiledSql, type SqlFragment } from '../src/query/sql.js';
import { filmSchemaCache } from './fixtures/schema-cache.js';

export const films = filmSchemaCache();

export const readConfig: ReadInput['config'] = {
  useLegacyTargetNames: true,
  aggregatesEnabled: true,
  maxRows: undefined,
};

export function api(name: string): { readonly schema: string; readonly name: string } {
  return { schema: 'api', name };
}

/** `filmQuery('select=id&year=gt.2000')` */
export function filmQuery(query: string): {
  readonly queryParams: QueryParams;
  readonly topLevelRange: QueryParams['topLevelRange'];
} {
  const queryParams = parseQueryParams(encodeURI(query), false);
  return { queryParams, topLevelRange: queryParams.topLevelRange };
}

/** `filmPlan('films?select=id,directors(name)')` */
export function filmPlan(path: string, more: Partial<ReadInput> = {}): ReadPlan {
  const [relation = '', query = ''] = path.split('?');
  return planRead({
    request: filmQuery(query),
    schema: films,
    config: readConfig,
    relation: api(relation),
    rows: 'relation',
    ...more,
  });
}

export function filmSql(path: string, more: Partial<ReadInput> = {}): CompiledSql {
  return compile(readQuery(filmPlan(path, more)));
}

/** Text alone, with the schema's name left out, for reading. */
export function shortText(fragment: SqlFragment): string {
  return compile(fragment).text.replaceAll('"api".', '').replaceAll('"', '');
}
