/** Answers OPTIONS: what may be done with a resource, by its nature and nobody's privileges. */
import type { ApiConfig } from '../api-config.js';
import type { ApiRequest } from '../api-request/api-request.js';
import { assertNever } from '../error/engine-error.js';
import type { InfoAction } from '../plan/action-plan.js';
import type { Routine } from '../schema-cache/routine.js';
import type { Table } from '../schema-cache/table.js';
import { vary } from './content-headers.js';
import { optionsOriginHeaders } from './cors.js';
import type { EngineResponse } from './engine-response.js';

export function renderInfo({ subject }: InfoAction, request: ApiRequest, config: ApiConfig): EngineResponse {
  return {
    status: 200,
    headers: [...optionsOriginHeaders(request.headers, config), ['Allow', allowed(subject).join(',')], vary],
    body: '',
  };
}

function allowed(subject: InfoAction['subject']): readonly string[] {
  switch (subject.kind) {
    case 'root':
      return ['OPTIONS', 'GET', 'HEAD'];
    case 'table':
      return tableMethods(subject.table);
    case 'routine':
      return routineMethods(subject.routine);
    default:
      return assertNever(subject);
  }
}

function tableMethods({ insertable, updatable, deletable, primaryKey }: Table): readonly string[] {
  return [
    'OPTIONS',
    'GET',
    'HEAD',
    ...(insertable ? ['POST'] : []),
    ...(insertable && updatable && primaryKey.length > 0 ? ['PUT'] : []),
    ...(updatable ? ['PATCH'] : []),
    ...(deletable ? ['DELETE'] : []),
  ];
}

/** A volatile function may write, so it is not to be called by a method that promises not to. */
function routineMethods({ volatility }: Routine): readonly string[] {
  return volatility === 'volatile' ? ['OPTIONS', 'POST'] : ['OPTIONS', 'GET', 'HEAD', 'POST'];
}
