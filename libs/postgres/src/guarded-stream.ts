/**
 * A stream that the driver reads in, one on which it cannot be hurt out: what a server sends is looked at before, and what
 * the driver cannot read ends this connection. Without that its parser would throw where nobody catches, which ends the
 * process with all its tenants, or run for ever. Whoever attaches a database chooses what answers there.
 */
import type { Duplex } from 'node:stream';
import { isWholeError, messageType } from './backend-messages.js';
import { MessageReader } from './message-reader.js';

/** What came is not PostgreSQL's protocol. */
export class NotPostgresError extends Error {
  override readonly name = 'NotPostgresError';
  readonly code = 'database.not-postgres';

  constructor(cause?: unknown) {
    super('what the server sent is not the protocol of PostgreSQL', { cause });
  }
}

/** Bytes of one message. */
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024;

/** To be called when the driver has begun to listen, and before anything has arrived. */
export function guardStream(stream: Duplex): void {
  const readers = stream.listeners('data');
  stream.removeAllListeners('data');
  const refuse = (cause?: unknown) => void stream.destroy(new NotPostgresError(cause));
  const messages = new MessageReader(
    (type, buffer, start, end) => {
      const isReport = type === messageType.error || type === messageType.notice;
      // The driver looks for its end, even where there is none.
      if (isReport && !isWholeError(buffer, start, end)) refuse();
    },
    MAX_MESSAGE_BYTES,
    () => refuse(),
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
