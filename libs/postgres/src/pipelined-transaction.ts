/**
 * One packet from its statements to its answers: makes the bytes, follows the messages that come back, says at ReadyForQuery
 * how it ended. Without BEGIN and COMMIT the statements up to Sync are one implicit transaction: an error anywhere undoes
 * everything and leaves the connection idle.
 *
 * @see https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */
import type { SqlPacket, SqlResult } from '@perch/engine';
import { messageType, readColumnNames, readDataRow, readErrorFields, type ErrorFields } from './backend-messages.js';
import { encodePacket, type OutgoingStatement } from './packet-writer.js';
import type { PreparedStatement, PreparedStatements } from './prepared-statements.js';

export type PacketOutcome =
  | { readonly kind: 'done'; readonly results: readonly SqlResult[] }
  | {
      readonly kind: 'failed';
      readonly error: ErrorFields;
      readonly statementIndex: number;
      /** Results of the statements before the failed one; what they changed is undone. */
      readonly results: readonly SqlResult[];
      /** true when a prepared statement was not what this side remembered: worth another try under a new name. */
      readonly stalePreparation: boolean;
      /** The server ended this session: it is stopped, or somebody wants the session gone. Everything is undone. */
      readonly sessionEnded: boolean;
      /** Statements that were at least begun. */
      readonly begun: number;
    }
  | {
      /** The connection went away without the server having said how the packet ended. */
      readonly kind: 'lost';
      readonly details: string;
      /** true: the server never had the whole packet, so it has kept nothing of it. */
      readonly unsent: boolean;
    };

/** 0A000 also means "feature not supported"; this function of the server reports it for a plan that changed its columns. */
const PLAN_CHANGED_ROUTINE = 'RevalidateCachedQuery';
/**
 * Characters. A longer statement hardly comes twice, and the server keeps some twelve bytes for each character of a prepared
 * one, on every connection: a client that sends long filters of ever new shapes would fill its memory.
 */
const LONGEST_PREPARED = 16 * 1024;
const UNKNOWN_NAME = '26000';
const NAME_TAKEN = '42P05';
const ADMIN_SHUTDOWN = '57P01';

export class PipelinedTransaction {
  readonly bytes: Buffer;
  private readonly outgoing: readonly OutgoingStatement[];
  private readonly prepared: readonly (PreparedStatement | undefined)[];
  private readonly results: SqlResult[] = [];
  private bound = false;
  private columns: readonly string[] = [];
  private rows: (readonly (string | null)[])[] = [];
  private failure: { readonly error: ErrorFields; readonly bound: boolean } | undefined;

  constructor(packet: SqlPacket, statements: PreparedStatements, prepare: boolean) {
    const prepared: (PreparedStatement | undefined)[] = [];
    const outgoing: OutgoingStatement[] = [];
    for (const { text, values, prepare: wanted = true } of packet.statements) {
      const named = prepare && wanted && text.length <= LONGEST_PREPARED;
      const statement = named ? statements.claim(text) : undefined;
      // The same text twice in one packet: the second time it is prepared already when its turn comes.
      const known = statement !== undefined && (statement.parsed || prepared.includes(statement));
      prepared.push(statement);
      outgoing.push({
        name: statement?.name ?? '',
        text: known ? undefined : text,
        values,
        describe: statement?.columns === undefined,
      });
    }
    this.prepared = prepared;
    this.outgoing = outgoing;
    this.bytes = encodePacket(statements.takeEvicted(), outgoing);
  }

  /** Takes one message; false for one that has no place here. */
  take(type: number, buffer: Buffer, start: number, end: number): boolean {
    switch (type) {
      case messageType.dataRow:
        this.rows.push(readDataRow(buffer, start));
        return true;
      case messageType.commandComplete:
      case messageType.emptyQuery:
        this.endStatement();
        return true;
      case messageType.bindComplete:
        this.bound = true;
        this.columns = this.prepared[this.results.length]?.columns ?? [];
        return true;
      case messageType.parseComplete:
        this.markParsed();
        return true;
      case messageType.rowDescription:
        this.describe(readColumnNames(buffer, start));
        return true;
      case messageType.noData:
        this.describe([]);
        return true;
      case messageType.error:
        this.failure ??= { error: readErrorFields(buffer, start, end), bound: this.bound };
        return true;
      case messageType.closeComplete:
        return true;
      default:
        return false;
    }
  }

  /** What the packet came to; asked at ReadyForQuery, since a deferred constraint fails behind the last statement. */
  outcome(): PacketOutcome {
    const { failure, results } = this;
    if (failure === undefined) return { kind: 'done', results };
    return {
      kind: 'failed',
      error: failure.error,
      statementIndex: Math.min(results.length, this.outgoing.length - 1),
      results,
      stalePreparation: !failure.bound && this.isStalePreparation(failure.error),
      // Behind the last result it may have been kept: the server ends at any moment.
      sessionEnded: isShutdown(failure.error) && results.length < this.outgoing.length,
      begun: results.length + (failure.bound ? 1 : 0),
    };
  }

  private endStatement(): void {
    this.results.push({ columns: this.columns, rows: this.rows });
    this.bound = false;
    this.rows = [];
  }

  private markParsed(): void {
    const statement = this.prepared[this.results.length];
    if (statement !== undefined) statement.parsed = true;
  }

  private describe(columns: readonly string[]): void {
    this.columns = columns;
    const statement = this.prepared[this.results.length];
    if (statement !== undefined) statement.columns = columns;
  }

  private isStalePreparation({ code, routine }: ErrorFields): boolean {
    if (this.prepared[this.results.length] === undefined) return false;
    return code === UNKNOWN_NAME || code === NAME_TAKEN || (code === '0A000' && routine === PLAN_CHANGED_ROUTINE);
  }
}

function isShutdown({ severity, code }: ErrorFields): boolean {
  return severity === 'FATAL' && code === ADMIN_SHUTDOWN;
}
