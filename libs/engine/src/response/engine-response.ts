/** What the engine answers; the HTTP edge writes it as it is and adds only what belongs to the connection. */
export interface EngineResponse {
  readonly status: number;
  /** Reason phrase when a raised error chose one; undefined for the standard phrase. */
  readonly statusText?: string | undefined;
  /** Names in the spelling to send, in the order to send; a name may repeat. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** undefined: no body at all, and no Content-Length unless `headers` has one. */
  readonly body: string | Buffer | undefined;
}
