/**
 * One connection to PostgreSQL: the driver opens it (startup, TLS, authentication), from then on packets go out and their
 * messages are read here. It knows nothing of pools and tenants.
 */
import { Socket } from 'node:net';
import { InternalError, SqlError, type SqlPacket } from '@perch/engine';
import { messageType, readErrorFields, rowMemory } from './backend-messages.js';
import { cancelQuery, type CancelTarget } from './cancel-query.js';
import { connectionLost } from './connection-errors.js';
import type { DatabaseAddress } from './database-url.js';
import { MessageReader } from './message-reader.js';
import { openClient, type OpenedClient } from './open-client.js';
import { PipelinedTransaction, type PacketOutcome } from './pipelined-transaction.js';
import { PreparedStatements } from './prepared-statements.js';
import { SharedBufferSocket } from './shared-buffer-socket.js';

export interface ConnectionOptions {
  readonly connectTimeoutMs: number;
  /** Statements that one connection keeps prepared at most. */
  readonly maxPreparedStatements: number;
  /** false sends every statement unnamed: for poolers that cannot keep them. */
  readonly prepare: boolean;
  /** Bytes of one message, and of all rows that a packet is answered with: above it the connection is given up. */
  readonly maxAnswerBytes: number;
  /** How long a cancelled packet may take to end before the connection is given up. */
  readonly cancelTimeoutMs: number;
}

interface RunningPacket {
  readonly transaction: PipelinedTransaction;
  readonly resolve: (outcome: PacketOutcome) => void;
  readonly reject: (reason: Error) => void;
  unsent: boolean;
  rowBytes: number;
}

/** In `pg_stat_activity`, where the connection URL names no other. */
const APPLICATION_NAME = 'perch';
const KEEP_ALIVE_DELAY_MS = 10_000;
/** How long a server may take to close its side after a goodbye. */
const CLOSE_TIMEOUT_MS = 5_000;
const IDLE_STATUS = 0x49;
/** Changes by itself when a standby takes over; set by every request for itself; says nothing. */
const harmlessParameters: readonly string[] = ['in_hot_standby', 'search_path', 'application_name'];

export class PacketConnection {
  readonly openedAt = performance.now();
  /** When the pool got it back last; milliseconds of performance.now(). */
  idleSince = performance.now();
  private readonly socket: Socket;
  private readonly prepared: PreparedStatements;
  private running: RunningPacket | undefined;
  private lastWords = 'server closed the connection unexpectedly';
  private open = true;
  private altered = false;
  private onClosed: () => void = () => {};

  private constructor(
    private readonly opened: OpenedClient,
    private readonly options: ConnectionOptions,
    /** When the server was asked for it; milliseconds of performance.now(). */
    readonly askedAt: number,
  ) {
    this.prepared = new PreparedStatements(options.maxPreparedStatements);
    const { stream } = opened.client.connection;
    if (!(stream instanceof Socket)) throw new InternalError('the driver opened something that is no socket');
    this.socket = stream;
    const reader = new MessageReader(
      (type, buffer, start, end) => this.take(type, buffer, start, end),
      options.maxAnswerBytes,
      (reason) => this.giveUp(reason),
    );
    this.socket.removeAllListeners('data');
    const read = (chunk: Buffer) => this.read(reader, chunk);
    if (stream instanceof SharedBufferSocket) stream.takeReads(read);
    else this.socket.on('data', read);
    this.socket.once('close', () => this.closed());
  }

  /** @throws what the driver or the server said. */
  static async connect(address: DatabaseAddress, options: ConnectionOptions): Promise<PacketConnection> {
    const config = {
      fallback_application_name: APPLICATION_NAME,
      ...address.config,
      connectionTimeoutMillis: options.connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    };
    const askedAt = performance.now();
    return new PacketConnection(await openClient(config, address.plainTextAllowed), options, askedAt);
  }

  /** false once it is closed, closing or in a state that no packet may meet. */
  get usable(): boolean {
    return this.open;
  }

  /** Called once, when the socket is closed. */
  whenClosed(callback: () => void): void {
    this.onClosed = callback;
  }

  /**
   * Sends a packet in one write; one at a time. Resolves at ReadyForQuery, or when the connection is lost before.
   *
   * @throws SqlError, EngineError PGRST001 when the server sent what cannot be read.
   */
  run(packet: SqlPacket): Promise<PacketOutcome> {
    if (this.running !== undefined) throw new InternalError('a connection runs one packet at a time');
    const transaction = new PipelinedTransaction(packet, this.prepared, this.options.prepare);
    return new Promise((resolve, reject) => {
      if (!this.open) return resolve({ kind: 'lost', details: this.lastWords, unsent: true });
      const running: RunningPacket = { transaction, resolve, reject, unsent: false, rowBytes: 0 };
      this.running = running;
      this.socket.write(transaction.bytes, (error) => {
        if (error) running.unsent = true;
      });
    });
  }

  /** Names on the server are not what is remembered: start anew. */
  forgetPrepared(): void {
    this.prepared.forgetAll();
  }

  /**
   * Cancels the running packet. Resolves when the connection may be used again or is given up: when the packet has ended and
   * the cancel request's own socket is closed.
   */
  async cancel(ended: Promise<unknown>): Promise<void> {
    const timer = setTimeout(() => this.destroy(), this.options.cancelTimeoutMs);
    const delivered = await cancelQuery(
      this.cancelTarget(),
      this.options.cancelTimeoutMs,
      () => this.running !== undefined,
    );
    if (!delivered) this.destroy();
    await ended.catch(() => {});
    clearTimeout(timer);
  }

  /** Says goodbye; the socket closes soon after. */
  close(): void {
    if (!this.open) return;
    this.shutSoon();
    // The driver knows of no query of its own, so it sends Terminate and ends its side.
    void this.opened.client.end();
  }

  destroy(): void {
    this.open = false;
    this.socket.destroy();
  }

  private shutSoon(): void {
    this.open = false;
    setTimeout(() => this.socket.destroy(), CLOSE_TIMEOUT_MS).unref();
  }

  private read(reader: MessageReader, chunk: Buffer): void {
    if (!this.open) return;
    try {
      reader.push(chunk);
    } catch (error) {
      if (!isOutOfRange(error)) throw error;
      // A message that is shorter than what it counts: nobody else's requests may end by it.
      this.giveUp('malformed');
    }
  }

  private take(type: number, buffer: Buffer, start: number, end: number): void {
    if (type === messageType.readyForQuery) return this.ready(buffer[start]);
    if (type === messageType.dataRow && this.isTooMuch(end - start)) return this.giveUp('too-long');
    if (type === messageType.error) this.noteFatal(buffer, start, end);
    if (type === messageType.parameterStatus) return this.noteParameter(buffer, start);
    if (type === messageType.notice || type === messageType.notification) return;
    if (
      this.running === undefined ? type !== messageType.error : !this.running.transaction.take(type, buffer, start, end)
    ) {
      this.giveUp('malformed');
    }
  }

  /**
   * The server reports what is different when a packet has ended, so not what a request set for itself: somebody's SQL changed
   * the session (its encoding, its time zone), which would be the next request's.
   *
   * @see https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-ASYNC
   */
  private noteParameter(buffer: Buffer, start: number): void {
    const name = buffer.toString('latin1', start, buffer.indexOf(0, start));
    if (!harmlessParameters.includes(name)) this.altered = true;
  }

  /** A function that returns rows without end would fill the memory of a process that serves others too. */
  private isTooMuch(bytes: number): boolean {
    const { running } = this;
    if (running === undefined) return false;
    running.rowBytes += rowMemory(bytes);
    return running.rowBytes > this.options.maxAnswerBytes;
  }

  private ready(status: number | undefined): void {
    const { running } = this;
    if (running === undefined) return this.giveUp('malformed');
    this.running = undefined;
    // Not idle after Sync: somebody's SQL opened a transaction that the next packet must not join.
    if (status !== IDLE_STATUS || this.altered) this.close();
    running.resolve(running.transaction.outcome());
  }

  /** After a FATAL the server closes without ReadyForQuery. */
  private noteFatal(buffer: Buffer, start: number, end: number): void {
    const error = readErrorFields(buffer, start, end);
    if (error.severity !== 'FATAL' && error.severity !== 'PANIC') return;
    this.shutSoon();
    this.lastWords = error.message;
    const { running } = this;
    this.running = undefined;
    if (running === undefined) return;
    running.transaction.take(messageType.error, buffer, start, end);
    running.resolve(running.transaction.outcome());
  }

  private giveUp(reason: 'malformed' | 'too-long'): void {
    const { running } = this;
    this.running = undefined;
    if (reason === 'too-long') {
      const message = `the database answers with more than ${this.options.maxAnswerBytes} bytes`;
      running?.reject(new SqlError({ severity: 'ERROR', code: '54000', message }, 0));
    } else {
      this.lastWords = 'the server sent a message that has no place here';
      running?.reject(connectionLost(this.lastWords));
    }
    this.destroy();
  }

  private closed(): void {
    this.open = false;
    const { running } = this;
    this.running = undefined;
    running?.resolve({ kind: 'lost', details: this.lastWords, unsent: running.unsent });
    this.onClosed();
  }

  private cancelTarget(): CancelTarget {
    const { client, backend, ssl } = this.opened;
    const { host, port } = client;
    return {
      address: host.startsWith('/')
        ? { path: `${host}/.s.PGSQL.${port}` }
        : { host: this.socket.remoteAddress ?? host, port: this.socket.remotePort ?? port },
      tls: typeof ssl === 'object' ? { options: ssl, host } : undefined,
      processId: backend.processID,
      secretKey: backend.secretKey,
    };
  }
}

/** By its shape: an error of the platform need not be of this realm's class. */
function isOutOfRange(error: unknown): boolean {
  return Object(error).code === 'ERR_OUT_OF_RANGE';
}
