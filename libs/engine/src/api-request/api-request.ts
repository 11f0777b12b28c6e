/** One request, parsed: an EngineRequest and the configuration in, an ApiRequest out. Knows no tables. */
import type { MediaType } from '../media-type.js';
import type { Range } from '../range.js';
import type { Action } from './action.js';
import type { Payload } from './payload.js';
import type { Preferences } from './preferences.js';
import type { QueryParams } from './query-params/query-params.js';

export interface ApiRequest {
  readonly method: string;
  /** Raw path, as `request.path` shows it to SQL. */
  readonly path: string;
  readonly action: Action;
  /** The schema this request is about: by profile header, else the first exposed one. */
  readonly schema: string;
  /** true when a profile header chose the schema, or there are several: Content-Profile is then sent back. */
  readonly showsProfile: boolean;
  readonly queryParams: QueryParams;
  /** limit, offset and (on GET) the Range header together. */
  readonly topLevelRange: Range;
  readonly preferences: Preferences;
  /** undefined where the method takes no body. */
  readonly payload: Payload | undefined;
  /** Keys to write: of `columns=`, else of the payload; sorted, without duplicates. */
  readonly columns: readonly string[];
  /** In the order of preference; never empty. */
  readonly accept: readonly MediaType[];
  readonly contentType: MediaType;
  /** Names in lower case, one entry per name, without Cookie. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly cookies: readonly (readonly [name: string, value: string])[];
}
