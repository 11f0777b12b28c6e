/** Codes of the dialect that were given up, with the version that did it: never to be used for anything else. */
export const retiredCodes: Readonly<Record<string, string>> = {
  PGRST104: 'given up before PostgREST 12',
  PGRST109: 'PostgREST 13: limited update or delete without an order',
  PGRST110: 'PostgREST 13: limited update or delete touched too many rows',
  PGRST113: 'PostgREST 12: more than one column for a raw media type',
  PGRST119: 'PostgREST 13: spread of a to-many relationship',
  PGRST120: 'PostgREST 16: a filter on an embed that is no null test is 42703 there',
};
