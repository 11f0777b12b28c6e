/**
 * The engine's port over one tenant's pool: a packet in, its results or an error out. It decides what an error of the
 * packet means, tries again what a stale statement or a stopping server kept from running, and cancels what nobody waits
 * for any more.
 */
import {
  EngineError,
  InternalError,
  type CancelSignal,
  type SqlExecutor,
  type SqlPacket,
  type SqlResult,
} from '@perch/engine';
import { connectionLost, sqlError } from './connection-errors.js';
import type { ConnectionPool } from './connection-pool.js';
import type { PacketConnection } from './packet-connection.js';
import type { PacketOutcome } from './pipelined-transaction.js';
import { mayRunAgain } from './run-again.js';

/** Times that one packet is tried at servers that stop before they are through with it. */
const MOST_TRIES = 4;

export class TenantExecutor implements SqlExecutor {
  /** @param wokenAt when a suspended server was last woken for this pool; milliseconds of performance.now(). */
  constructor(
    private readonly pool: ConnectionPool,
    private readonly wokenAt: () => number = () => -Infinity,
  ) {}

  /** @see SqlExecutor.submit for what it throws. */
  async submit(packet: SqlPacket, signal?: CancelSignal): Promise<readonly SqlResult[]> {
    throwIfAborted(signal);
    let connection = this.pool.takeIdle() ?? (await this.take(signal));
    for (let tries = 1; ; tries += 1) {
      const startedAt = performance.now();
      const outcome = await this.runOn(connection, packet, signal);
      const again = tries === MOST_TRIES ? 'no' : mayRunAgain(outcome, packet);
      if (again === 'no') return resultsOf(outcome, packet);
      // One idle connection may have ended alone; with a second one the server is leaving, and all others end with it.
      if (again === 'yes') {
        connection = tries === 1 ? await this.take(signal) : await this.takeNew(signal);
        continue;
      }
      const woken = await this.takeWoken(signal, startedAt);
      if (woken === undefined) return resultsOf(outcome, packet);
      connection = woken;
    }
  }

  /** What is open may be about to end as well. */
  private async takeNew(signal: CancelSignal | undefined): Promise<PacketConnection> {
    throwIfAborted(signal);
    const connection = await this.pool.acquire(signal, performance.now());
    return this.unlessAborted(connection, signal);
  }

  /**
   * Only a server that is asked anew tells whether it had been away. undefined when it had not, and when it cannot be
   * reached: what ended the packet is then the answer.
   */
  private async takeWoken(signal: CancelSignal | undefined, startedAt: number): Promise<PacketConnection | undefined> {
    try {
      const connection = await this.takeNew(signal);
      if (this.wokenAt() >= startedAt) return connection;
      this.pool.release(connection);
    } catch (error) {
      if (signal?.aborted === true || !(error instanceof EngineError)) throw error;
    }
    return undefined;
  }

  private async take(signal: CancelSignal | undefined): Promise<PacketConnection> {
    throwIfAborted(signal);
    return this.unlessAborted(this.pool.takeIdle() ?? (await this.pool.acquire(signal)), signal);
  }

  private unlessAborted(connection: PacketConnection, signal: CancelSignal | undefined): PacketConnection {
    if (signal?.aborted === true) {
      this.pool.release(connection);
      throw signal.reason;
    }
    return connection;
  }

  /** Gives the connection back in every case. */
  private runOn(
    connection: PacketConnection,
    packet: SqlPacket,
    signal: CancelSignal | undefined,
  ): Promise<PacketOutcome> {
    const running = this.run(connection, packet, signal);
    if (signal !== undefined) return this.runAbortable(connection, packet, running, signal);
    return this.runToEnd(connection, packet, running);
  }

  private async runToEnd(
    connection: PacketConnection,
    packet: SqlPacket,
    running: Promise<PacketOutcome>,
  ): Promise<PacketOutcome> {
    let outcome: PacketOutcome | undefined;
    try {
      return (outcome = await running);
    } finally {
      this.giveBack(connection, packet, outcome);
    }
  }

  /** @param outcome undefined when the server sent what cannot be read. */
  private giveBack(connection: PacketConnection, { tidyUp }: SqlPacket, outcome: PacketOutcome | undefined): void {
    if (tidyUp === undefined || outcome?.kind !== 'done' || !tidyUp.isDue(outcome.results)) {
      return this.pool.release(connection);
    }
    const tidied = connection.run({ statements: [tidyUp.statement] });
    void tidied
      .then(({ kind }) => {
        if (kind !== 'done') connection.close();
      })
      .catch(() => connection.destroy())
      .then(() => this.pool.release(connection));
  }

  private async run(
    connection: PacketConnection,
    packet: SqlPacket,
    signal: CancelSignal | undefined,
  ): Promise<PacketOutcome> {
    const outcome = await connection.run(packet);
    if (outcome.kind !== 'failed' || !outcome.stalePreparation) return outcome;
    connection.forgetPrepared();
    // The error undid all of the packet, so running it again repeats nothing.
    return signal?.aborted === true || !connection.usable ? outcome : connection.run(packet);
  }

  /** Answers an abort at once, and gives the connection back only when the cancelled packet is out of its way. */
  private runAbortable(
    connection: PacketConnection,
    packet: SqlPacket,
    running: Promise<PacketOutcome>,
    signal: CancelSignal,
  ): Promise<PacketOutcome> {
    return new Promise((resolve, reject) => {
      const back = (outcome?: PacketOutcome) => this.giveBack(connection, packet, outcome);
      const abort = () => {
        reject(signal.reason);
        void connection.cancel(running).then(() => running.then(back, () => back()));
      };
      signal.addEventListener('abort', abort);
      const settled = (outcome?: PacketOutcome) => {
        signal.removeEventListener('abort', abort);
        if (!signal.aborted) back(outcome);
      };
      running.then(
        (outcome) => {
          settled(outcome);
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

/** @throws SqlError; EngineError PGRST001; InternalError when a packet that must not be kept was kept. */
function resultsOf(outcome: PacketOutcome, packet: SqlPacket): readonly SqlResult[] {
  const { undoMarker } = packet;
  switch (outcome.kind) {
    case 'done':
      if (undoMarker !== undefined) throw new InternalError('a packet that was to be undone has been committed');
      return outcome.results;
    case 'failed':
      if (undoMarker !== undefined && outcome.error.message.includes(undoMarker)) return outcome.results;
      throw sqlError(outcome.error, outcome.statementIndex);
    case 'lost':
      throw connectionLost(outcome.details);
    default:
      return outcome satisfies never;
  }
}
