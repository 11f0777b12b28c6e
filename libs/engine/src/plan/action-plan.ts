/** What a request will do, decided: the walk's middle value, between parsing and SQL. */
import type { Routine } from '../schema-cache/routine.js';
import type { SchemaCache } from '../schema-cache/schema-cache.js';
import type { Table } from '../schema-cache/table.js';
import type { CallPlan } from './call-plan.js';
import type { MutatePlan } from './mutate-plan.js';
import type { NegotiatedContent } from './negotiate-content.js';
import type { ReadPlan } from './read-plan.js';

export type ActionPlan = ReadAction | MutateAction | CallAction | InspectAction | InfoAction;

export interface ReadAction {
  readonly kind: 'read';
  readonly read: ReadPlan;
  readonly content: NegotiatedContent;
  /** HEAD: everything but the body. */
  readonly headersOnly: boolean;
}

export interface MutateAction {
  readonly kind: 'mutate';
  readonly verb: 'insert' | 'update' | 'put' | 'delete';
  readonly mutate: MutatePlan;
  /** Reads the representation from the changed rows. */
  readonly read: ReadPlan;
  readonly content: NegotiatedContent;
  readonly table: Table;
  /** Columns of the key in the order in which Location names them: that of the returned rows. */
  readonly locationKey: readonly string[];
}

export interface CallAction {
  readonly kind: 'call';
  readonly call: CallPlan;
  readonly read: ReadPlan;
  readonly content: NegotiatedContent;
  readonly verb: 'get' | 'head' | 'post';
  readonly readOnly: boolean;
}

/** The root document. */
export interface InspectAction {
  readonly kind: 'inspect';
  readonly schema: string;
  readonly schemaCache: SchemaCache;
  readonly headersOnly: boolean;
  /** 2.0 as the dialect has it; 3.1 is ours. */
  readonly version: '2.0' | '3.1';
}

/** OPTIONS: answered from the schema cache alone. */
export interface InfoAction {
  readonly kind: 'info';
  readonly subject:
    | { readonly kind: 'root' }
    | { readonly kind: 'table'; readonly table: Table }
    | { readonly kind: 'routine'; readonly routine: Routine };
}
