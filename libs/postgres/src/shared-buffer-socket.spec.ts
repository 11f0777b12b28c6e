import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { SharedBufferSocket } from './shared-buffer-socket.js';

let peers: Socket[];
let sockets: SharedBufferSocket[];
const server = createServer((peer) => peers.push(peer));
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
beforeEach(() => ([peers, sockets] = [[], []]));
afterEach(() => [...peers, ...sockets].forEach((socket) => socket.destroy()));
afterAll(() => server.close());

async function connected(): Promise<{ readonly socket: SharedBufferSocket; readonly peer: Socket }> {
  const socket = SharedBufferSocket.create();
  if (socket === undefined) throw new RangeError('this system has none');
  sockets.push(socket);
  const { port } = server.address() as AddressInfo;
  const accepted = once(server, 'connection');
  socket.connect(port, '127.0.0.1');
  await Promise.all([accepted, once(socket, 'connect')]);
  const peer = peers.at(-1);
  if (peer === undefined) throw new RangeError('nobody was accepted');
  return { socket, peer };
}

const until = async (isSo: () => boolean) => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('a socket that reads into a shared buffer', () => {
  it("never shows one connection's bytes to another, whoever keeps what", async () => {
    const [a, b] = [await connected(), await connected()];
    const kept: Buffer[] = [];
    let taken = '';
    // One listens as to any stream and keeps its chunks, as the driver does; the other one takes the reads.
    a.socket.on('data', (chunk: Buffer) => kept.push(chunk));
    b.socket.takeReads((chunk) => (taken += chunk.toString('latin1')));
    for (let turn = 0; turn < 50; turn += 1) {
      a.peer.write('a'.repeat(100));
      b.peer.write('b'.repeat(300));
      await until(() => Buffer.concat(kept).length === 100 * (turn + 1) && taken.length === 300 * (turn + 1));
    }
    expect(Buffer.concat(kept).toString('latin1')).toBe('a'.repeat(5_000));
    expect(taken).toBe('b'.repeat(15_000));
  });

  it('reads more than the buffer holds, and tells its end', async () => {
    const { socket, peer } = await connected();
    let bytes = 0;
    let broken = 0;
    socket.takeReads((chunk) => {
      for (const byte of chunk) {
        if (byte !== bytes % 251) broken += 1;
        bytes += 1;
      }
    });
    const sent = Buffer.from(Array.from({ length: 1_000_000 }, (_, at) => at % 251));
    const closed = once(socket, 'close');
    peer.end(sent);
    await closed;
    expect({ bytes, broken }).toEqual({ bytes: 1_000_000, broken: 0 });
  });
});
