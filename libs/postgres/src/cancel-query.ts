/**
 * Asks a server to cancel what a connection is running: a request on a socket of its own, which the server closes when it has
 * passed the request on. A connection whose query was cancelled must stay out of use until then, or the request hits its
 * next query.
 *
 * @see https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
import net from 'node:net';
import tls, { type ConnectionOptions } from 'node:tls';

export interface CancelTarget {
  /** Address of the server that the query runs on, not only its name: a name may stand for several servers. */
  readonly address: { readonly host: string; readonly port: number } | { readonly path: string };
  readonly tls: { readonly options: ConnectionOptions; readonly host: string } | undefined;
  readonly processId: number;
  readonly secretKey: number;
}

const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
const SSL_ACCEPTED = 0x53;
const CANCEL_REQUEST_CODE = 80_877_102;

/**
 * Resolves when the cancel socket is closed, `true` when the server closed it and so has done with the request.
 *
 * @param stillWanted asked just before the request is sent: a query that ended meanwhile is left alone.
 */
export function cancelQuery(target: CancelTarget, timeoutMs: number, stillWanted: () => boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const plain = 'path' in target.address ? net.connect(target.address) : net.connect(target.address);
    let sent = false;
    let failed = false;
    const giveUp = () => {
      failed = true;
      plain.destroy();
    };
    const timer = setTimeout(giveUp, timeoutMs);
    const send = (socket: net.Socket) => {
      if (!stillWanted()) {
        plain.destroy();
        return;
      }
      sent = true;
      socket.write(cancelRequest(target.processId, target.secretKey));
      // The server answers nothing; reading is what notices that it has closed.
      socket.resume();
    };
    plain.once('error', giveUp);
    plain.once('close', () => {
      clearTimeout(timer);
      resolve(!failed || !sent);
    });
    plain.once('connect', () => {
      const { tls: secured } = target;
      if (secured === undefined) {
        send(plain);
        return;
      }
      plain.once('data', (answer) => {
        if (answer[0] !== SSL_ACCEPTED) {
          giveUp();
          return;
        }
        const name = net.isIP(secured.host) === 0 ? { servername: secured.host } : {};
        const socket = tls.connect({ ...secured.options, ...name, socket: plain, host: secured.host });
        socket.once('error', giveUp);
        socket.once('secureConnect', () => send(socket));
        socket.once('close', () => plain.destroy());
      });
      plain.write(SSL_REQUEST);
    });
  });
}

function cancelRequest(processId: number, secretKey: number): Buffer {
  const request = Buffer.allocUnsafe(16);
  request.writeInt32BE(16, 0);
  request.writeInt32BE(CANCEL_REQUEST_CODE, 4);
  request.writeInt32BE(processId, 8);
  request.writeInt32BE(secretKey, 12);
  return request;
}
