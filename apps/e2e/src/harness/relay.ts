/** A line between two processes that a drill can cut: TCP connections passed on until then. */
import net, { type AddressInfo } from 'node:net';

export interface Relay {
  readonly port: number;
  /** Ends what is open, and takes nothing any more. */
  cut(): Promise<void>;
  /** On the same port. */
  mend(): Promise<void>;
  close(): Promise<void>;
}

export async function startRelay(target: { readonly port: number }): Promise<Relay> {
  const sockets = new Set<net.Socket>();
  const keep = (socket: net.Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket)).on('error', () => {});
  };
  let server: net.Server | undefined;
  let port = 0;
  const mend = () =>
    new Promise<void>((resolve) => {
      server = net.createServer((near) => {
        const far = net.connect(target.port, '127.0.0.1');
        keep(near);
        keep(far);
        near.pipe(far);
        far.pipe(near);
        near.once('close', () => far.destroy());
        far.once('close', () => near.destroy());
      });
      server.listen(port, '127.0.0.1', () => {
        port = (server?.address() as AddressInfo).port;
        resolve();
      });
    });
  const cut = () =>
    new Promise<void>((resolve) => {
      if (server === undefined) return resolve();
      server.close(() => resolve());
      server = undefined;
      for (const socket of sockets) socket.destroy();
    });
  await mend();
  return { port, cut, mend, close: cut };
}
