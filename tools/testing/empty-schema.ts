/** A schema in which there is nothing, for tests to put what they need into. */
import type { SchemaSnapshot } from '@perch/engine';

export const emptySchema: SchemaSnapshot['content'] = {
  serverVersion: 180_000,
  readOnlyByDefault: false,
  schemas: [],
  tables: [],
  foreignKeys: [],
  computedRelationships: [],
  routines: [],
  representations: [],
  mediaHandlers: [],
  roles: [],
};
