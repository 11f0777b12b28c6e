/**
 * Chunks of a socket in, whole messages of the PostgreSQL protocol out, each as a window into a buffer. It knows where a
 * message ends and nothing of what it means. What it keeps of a chunk it copies: the next one may come in the same buffer.
 *
 * @see https://www.postgresql.org/docs/18/protocol-overview.html#PROTOCOL-MESSAGE-CONCEPTS
 */

/** Type byte and 32-bit length, which counts itself and the body. */
const HEADER_BYTES = 5;

/** The body of a message is `buffer[start..end)`; the buffer must not be kept beyond the call. */
export type MessageHandler = (type: number, buffer: Buffer, start: number, end: number) => void;

export class MessageReader {
  /** What came of a message that is not whole yet, in pieces: joined once, when all of it is there. */
  private pieces: Buffer[] = [];
  private pending = 0;
  private needed = HEADER_BYTES;

  constructor(
    private readonly onMessage: MessageHandler,
    /** Bytes of one message; a longer one is reported at once, and no more is read. */
    private readonly maxMessageBytes: number,
    private readonly onBadMessage: (reason: 'malformed' | 'too-long') => void,
  ) {}

  push(chunk: Buffer): void {
    if (this.pending === 0) return this.consume(chunk);
    this.pieces.push(Buffer.from(chunk));
    this.pending += chunk.length;
    if (this.pending < this.needed) return;
    const joined = Buffer.concat(this.pieces, this.pending);
    this.pieces = [];
    this.pending = 0;
    this.consume(joined);
  }

  private consume(buffer: Buffer): void {
    let at = 0;
    while (at + HEADER_BYTES <= buffer.length) {
      const length = buffer.readInt32BE(at + 1);
      if (length < 4) return this.onBadMessage('malformed');
      if (length > this.maxMessageBytes) return this.onBadMessage('too-long');
      const end = at + 1 + length;
      if (end > buffer.length) {
        this.needed = 1 + length;
        return this.keep(buffer, at);
      }
      this.onMessage(buffer[at] ?? 0, buffer, at + HEADER_BYTES, end);
      at = end;
    }
    if (at < buffer.length) {
      this.needed = HEADER_BYTES;
      this.keep(buffer, at);
    }
  }

  private keep(buffer: Buffer, from: number): void {
    const rest = Buffer.from(buffer.subarray(from));
    this.pieces = [rest];
    this.pending = rest.length;
  }
}
