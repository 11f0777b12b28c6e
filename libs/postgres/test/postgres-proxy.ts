/** For specs: a proxy in front of a PostgreSQL that watches the bytes, speaks TLS, cuts connections or refuses them. */
import net from 'node:net';
import tls from 'node:tls';

export interface PostgresProxy {
  /** The URL it was made for, through the proxy. */
  url(parameters?: Record<string, string>): string;
  /** Chunks since the last call, as they came: `>` from the client, `<` from the server. */
  takeChunks(): readonly { readonly from: '>' | '<'; readonly bytes: Buffer }[];
  /** Connections that are open. */
  readonly open: number;
  /** Ends every connection without a word. */
  cut(): void;
  /** Stops to listen, as a server that is down; `resume` listens again on the same port. */
  refuse(): Promise<void>;
  /** Refuses new connections and leaves the others be; resolves when those have ended. */
  refuseNew(): Promise<void>;
  resume(): Promise<void>;
  close(): Promise<void>;
}

const SSL_REQUEST_CODE = 80_877_103;

export async function startPostgresProxy(
  databaseUrl: string,
  identity?: { readonly cert: string; readonly key: string },
): Promise<PostgresProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<net.Socket>();
  let chunks: { from: '>' | '<'; bytes: Buffer }[] = [];
  let port = 0;

  const forward = (client: net.Socket, first?: Buffer) => {
    const server = net.connect(Number(target.port), target.hostname);
    if (first !== undefined) server.write(first);
    client.on('data', (bytes: Buffer) => {
      chunks.push({ from: '>', bytes });
      server.write(bytes);
    });
    server.on('data', (bytes: Buffer) => {
      chunks.push({ from: '<', bytes });
      client.write(bytes);
    });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  };

  const accept = (socket: net.Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    socket.once('data', (bytes: Buffer) => {
      const wantsTls = bytes.length === 8 && bytes.readInt32BE(4) === SSL_REQUEST_CODE;
      if (!wantsTls || identity === undefined) return forward(socket, bytes);
      socket.write('S');
      const secure = new tls.TLSSocket(socket, { isServer: true, ...identity });
      secure.on('error', () => {});
      return forward(secure);
    });
  };

  let listener = net.createServer(accept);
  const listen = () =>
    new Promise<void>((resolve) => {
      listener = net.createServer(accept);
      listener.listen(port, '127.0.0.1', () => {
        const address = listener.address();
        if (typeof address === 'object' && address !== null) port = address.port;
        resolve();
      });
    });
  const stop = () => new Promise<void>((resolve) => listener.close(() => resolve()));
  await listen();

  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url(parameters = {}) {
      const url = new URL(databaseUrl);
      url.port = String(port);
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url.href;
    },
    takeChunks() {
      const taken = chunks;
      chunks = [];
      return taken;
    },
    get open() {
      return sockets.size;
    },
    cut,
    async refuse() {
      const stopped = stop();
      cut();
      await stopped;
    },
    refuseNew: stop,
    resume: listen,
    async close() {
      const stopped = stop();
      cut();
      await stopped;
    },
  };
}
