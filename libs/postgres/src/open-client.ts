/** Opens a client of the driver: startup, TLS and authentication are the driver's work. */
import { Socket } from 'node:net';
import pg from 'pg';
import { explainCertificate } from './certificate-refused.js';
import { guardStream } from './guarded-stream.js';
import { SharedBufferSocket } from './shared-buffer-socket.js';

export interface OpenedClient {
  readonly client: pg.Client;
  /** Identifies the server process to a cancel request. */
  readonly backend: { readonly processID: number; readonly secretKey: number };
  /** TLS as it was negotiated: false for `sslmode=prefer` and a server without it. */
  readonly ssl: pg.ClientConfig['ssl'];
}

/**
 * @param plainTextAllowed goes on without TLS when the server has none.
 * @throws CertificateRefusedError, NotPostgresError, or what the driver or the server said.
 */
export async function openClient(config: pg.ClientConfig, plainTextAllowed: boolean): Promise<OpenedClient> {
  // With TLS the driver puts a stream of its own around the socket.
  const client = new pg.Client(config.ssl ? config : { ...config, stream: openSocket });
  // Without a listener a broken socket would end the process; a query that runs is told by its own rejection.
  client.on('error', () => {});
  // Of both the driver listens to its messages from then on.
  const { connection } = client;
  connection.once(config.ssl ? 'sslconnect' : 'connect', () => guardStream(connection.stream));
  let backend = { processID: 0, secretKey: 0 };
  connection.once('backendKeyData', (key: typeof backend) => (backend = key));
  try {
    await client.connect();
    return { client, backend, ssl: config.ssl };
  } catch (error) {
    const noTls = error instanceof Error && error.message === 'The server does not support SSL connections';
    if (!noTls || !plainTextAllowed || config.ssl === false) throw explainCertificate(error);
    return openClient({ ...config, ssl: false }, plainTextAllowed);
  }
}

function openSocket(): Socket {
  return SharedBufferSocket.create() ?? new Socket();
}
