/** While a master key before the present one is given: what it still seals is sealed under the present one, and that is told. */
import type { Database } from '@perch/database';
import type { Observer } from '@perch/observability';

/** Places of unreadable secrets that are named. */
const NAMED = 5;

/** @returns one round, to be repeated: processes that do not have the present key yet go on to seal with theirs. */
export function createResealing(database: Pick<Database, 'resealSecrets'>, observer: Observer): () => Promise<void> {
  let before: string | undefined;
  return async () => {
    const { resealed, unreadable } = await database.resealSecrets();
    if (resealed > 0) {
      const text = `${resealed} secrets are sealed with PERCH_MASTER_KEY now, and no longer with PERCH_MASTER_KEY_PREVIOUS`;
      observer.note({ kind: 'message', level: 'info', text });
    }
    const places = unreadable.slice(0, NAMED).map(({ table, column, row }) => `${table}.${column} of '${row}'`);
    const state =
      unreadable.length === 0
        ? 'Every secret is sealed with PERCH_MASTER_KEY: PERCH_MASTER_KEY_PREVIOUS can go where no process seals with it any more'
        : `${unreadable.length} secrets open with neither master key: ${places.join(', ')}${unreadable.length > NAMED ? ' ...' : ''}`;
    if (state === before) return;
    before = state;
    observer.note({ kind: 'message', level: unreadable.length === 0 ? 'info' : 'warn', text: state });
  };
}
