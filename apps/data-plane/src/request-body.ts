/** The body of a request: node's message in, bounded bytes out, or the news that nobody waits for an answer any more. */
import type { IncomingMessage } from 'node:http';
import { edgeError } from './edge-catalogue.js';
import type { Exchange } from './exchange.js';

/**
 * Reads the body to its end.
 *
 * @param hold told of every chunk; what it throws ends the reading.
 * @throws EngineError PERCH103 as soon as it is longer than `maxBytes`
 */
export function readBody(
  message: IncomingMessage,
  maxBytes: number,
  exchange: Exchange,
  hold: (bytes: number) => void,
): Promise<Buffer> | Buffer {
  const announced = message.headers['content-length'];
  if (announced === undefined && message.headers['transfer-encoding'] === undefined) return emptyBody;
  if (announced === '0') return emptyBody;
  if (announced !== undefined && Number(announced) > maxBytes) throw tooLarge(maxBytes);
  exchange.askForBody?.();
  exchange.askForBody = undefined;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    message.on('data', (chunk: Buffer) => {
      size += chunk.length;
      try {
        if (size > maxBytes) throw tooLarge(maxBytes);
        hold(chunk.length);
        exchange.heldBytes += chunk.length;
        chunks.push(chunk);
      } catch (error) {
        message.removeAllListeners('data');
        chunks.length = 0;
        reject(error);
      }
    });
    message.once('end', () =>
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
    );
    message.once('error', reject);
    message.once('close', () => {
      if (!message.complete) reject(new ClientGone());
    });
  });
}

const emptyBody = Buffer.alloc(0);

function tooLarge(maxBytes: number) {
  return edgeError('PERCH103', { details: `At most ${maxBytes} bytes are accepted` });
}

/** The client closed the connection before it had its answer: nobody is there to be told. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
  readonly code = 'client.gone';

  constructor() {
    super('the client closed the connection');
  }
}
