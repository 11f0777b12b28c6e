/**
 * A socket whose reads all go into one buffer that every such socket of the process shares. A stream makes a chunk of 64 KB for
 * each read, cuts it to its size and hands it through its queue, which costs more than to read the answer to a small request.
 *
 * @see https://nodejs.org/api/net.html#new-netsocketoptions (`onread`)
 */
import { Socket, type OnReadOpts, type SocketConstructorOpts } from 'node:net';

/** Bytes of one read at most: as much as a stream reads at once. */
const BUFFER_BYTES = 64 * 1024;

/** Where reads are started before there is anything to read, two could have begun in the same buffer. */
const isShareable = process.platform !== 'win32';
let shared: Buffer | undefined;

export class SharedBufferSocket extends Socket {
  #take: ((chunk: Buffer) => void) | undefined;

  /** undefined where it cannot be had. */
  static create(): SharedBufferSocket | undefined {
    if (!isShareable) return undefined;
    const buffer = (shared ??= Buffer.allocUnsafeSlow(BUFFER_BYTES));
    const callback = (bytes: number) => socket.#read(buffer.subarray(0, bytes));
    // Its type leaves out that the constructor takes this as well.
    const options: SocketConstructorOpts & { readonly onread: OnReadOpts } = { onread: { buffer, callback } };
    const socket = new SharedBufferSocket(options);
    return socket;
  }

  /** Takes what is read from now on, instead of `data` events: a chunk is gone as soon as `take` returns. */
  takeReads(take: (chunk: Buffer) => void): void {
    this.#take = take;
  }

  #read(chunk: Buffer): boolean {
    if (this.#take !== undefined) this.#take(chunk);
    // Who listens to a stream may keep what it is given.
    else this.emit('data', Buffer.from(chunk));
    return true;
  }
}
