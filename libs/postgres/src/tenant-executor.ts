/**
 * The engine's port over one tenant's pool: a packet in, its results or an error out. It decides what an error of the
 * packet means, tries once more when a prepared statement was stale, and cancels what nobody waits for any more.
 */
import { InternalError, type CancelSignal, type SqlExecutor, type SqlPacket, type SqlResult } from '@perch/engine';
import { sqlError } from './connection-errors.js';
import type { ConnectionPool } from './connection-pool.js';
import type { PacketConnection } from './packet-connection.js';
import type { PacketOutcome } from './pipelined-transaction.js';

export class TenantExecutor implements SqlExecutor {
  constructor(private readonly pool: ConnectionPool) {}

  /** @see SqlExecutor.submit for what it throws. */
  async submit(packet: SqlPacket, signal?: CancelSignal): Promise<readonly SqlResult[]> {
    throwIfAborted(signal);
    const connection = this.pool.takeIdle() ?? (await this.pool.acquire(signal));
    if (signal?.aborted === true) {
      this.pool.release(connection);
      throw signal.reason;
    }
    const running = this.run(connection, packet, signal);
    if (signal === undefined) {
      try {
        return resultsOf(await running, packet);
      } finally {
        this.pool.release(connection);
      }
    }
    return resultsOf(await this.runAbortable(connection, running, signal), packet);
  }

  private async run(
    connection: PacketConnection,
    packet: SqlPacket,
    signal: CancelSignal | undefined,
  ): Promise<PacketOutcome> {
    const outcome = await connection.run(packet);
    if (outcome.kind === 'done' || !outcome.stalePreparation) return outcome;
    connection.forgetPrepared();
    // The error undid all of the packet, so running it again repeats nothing.
    return signal?.aborted === true || !connection.usable ? outcome : connection.run(packet);
  }

  /** Answers an abort at once, and gives the connection back only when the cancelled packet is out of its way. */
  private runAbortable(
    connection: PacketConnection,
    running: Promise<PacketOutcome>,
    signal: CancelSignal,
  ): Promise<PacketOutcome> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        reject(signal.reason);
        void connection.cancel(running).then(() => this.pool.release(connection));
      };
      signal.addEventListener('abort', abort);
      const settled = () => {
        signal.removeEventListener('abort', abort);
        if (!signal.aborted) this.pool.release(connection);
      };
      running.then(
        (outcome) => {
          settled();
          resolve(outcome);
        },
        (error: unknown) => {
          settled();
          reject(error);
        },
      );
    });
  }
}

function throwIfAborted(signal: CancelSignal | undefined): void {
  if (signal?.aborted === true) throw signal.reason;
}

/** @throws SqlError; InternalError when a packet that must not be kept was kept. */
function resultsOf(outcome: PacketOutcome, packet: SqlPacket): readonly SqlResult[] {
  const { undoMarker } = packet;
  if (outcome.kind === 'failed') {
    if (undoMarker !== undefined && outcome.error.message.includes(undoMarker)) return outcome.results;
    throw sqlError(outcome.error, outcome.statementIndex);
  }
  if (undoMarker !== undefined) throw new InternalError('a packet that was to be undone has been committed');
  return outcome.results;
}
