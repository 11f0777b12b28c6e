/**
 * What may be done again after a server stopped in the middle of it: a packet and its outcome in, a decision out. What may
 * have taken effect is never repeated.
 */
import type { SqlPacket } from '@perch/engine';
import type { PacketOutcome } from './pipelined-transaction.js';

/**
 * - `yes`       the server did not begin it
 * - `if-woken`  it began and changes nothing: repeated where the server itself was away, not where somebody ended just this
 *               session, as one does with a query that must stop
 * - `no`        it is through, refused, or began and may change something
 */
export type RunAgain = 'yes' | 'if-woken' | 'no';

export function mayRunAgain(outcome: PacketOutcome, { preparatory = 0, repeatable = false }: SqlPacket): RunAgain {
  switch (outcome.kind) {
    case 'done':
      return 'no';
    case 'failed':
      if (!outcome.sessionEnded) return 'no';
      if (outcome.begun <= preparatory) return 'yes';
      break;
    case 'lost':
      if (outcome.unsent) return 'yes';
      break;
    default:
      return outcome satisfies never;
  }
  return repeatable ? 'if-woken' : 'no';
}
