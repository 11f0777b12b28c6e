/**
 * A stream that the driver reads in, one on which it cannot be hurt out: what a server sends is looked at before, and what
 * the driver cannot read ends this connection. Without that its parser would throw where nobody catches, which ends the
 * process with all its tenants, or run for ever. Whoever attaches a database chooses what answers there.
 */
import type { Duplex } from 'node:stream';
import { isWholeError, messageType, rowMemory } from './backend-messages.js';
import { MessageReader } from './message-reader.js';

/** What came is not PostgreSQL's protocol. */
export class NotPostgresError extends Error {
  override readonly name = 'NotPostgresError';
  readonly code = 'database.not-postgres';

  constructor(cause?: unknown) {
    super('what the server sent is not the protocol of PostgreSQL', { cause });
  }
}

/** The rows of one query are more than anything that the driver is used for has to know. */
export class AnswerTooLargeError extends Error {
  override readonly name = 'AnswerTooLargeError';
  readonly code = 'database.answer-too-large';

  constructor() {
    super(`the server answers one query with more than ${MAX_ANSWER_BYTES} bytes`);
  }
}

/** Bytes of one message, and of the rows of one query: the driver keeps them all, as objects. */
const MAX_ANSWER_BYTES = 128 * 1024 * 1024;

/** To be called when the driver has begun to listen, and before anything has arrived. */
export function guardStream(stream: Duplex): void {
  const readers = stream.listeners('data');
  stream.removeAllListeners('data');
  const refuse = (cause?: unknown) => void stream.destroy(new NotPostgresError(cause));
  let isWelcome = false;
  let rowBytes = 0;
  const messages = new MessageReader(
    (type, buffer, start, end) => {
      if (type === messageType.readyForQuery) [isWelcome, rowBytes] = [true, 0];
      if (type === messageType.dataRow) rowBytes += rowMemory(end - start);
      if (rowBytes > MAX_ANSWER_BYTES) stream.destroy(new AnswerTooLargeError());
      const isReport = type === messageType.error || type === messageType.notice;
      // The driver looks for its end, even where there is none.
      if (isReport && !isWholeError(buffer, start, end)) refuse();
    },
    MAX_ANSWER_BYTES,
    (reason) => (reason === 'too-long' && isWelcome ? void stream.destroy(new AnswerTooLargeError()) : refuse()),
  );
  stream.on('data', (chunk: Buffer) => {
    if (stream.destroyed) return;
    messages.push(chunk);
    try {
      for (const read of readers) if (!stream.destroyed) read.call(stream, chunk);
    } catch (error) {
      refuse(error);
    }
  });
}
