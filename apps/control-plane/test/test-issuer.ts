/** A key server on loopback whose answer a spec can change. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TestIssuer {
  readonly url: string;
  /** How often it was asked. */
  readonly asked: () => number;
  answer(status: number, body: unknown): void;
  close(): Promise<void>;
}

/** A public key of nobody: only its shape matters to whoever fetches it. */
export function publicKey(kid: string) {
  return {
    kty: 'OKP',
    crv: 'Ed25519',
    alg: 'EdDSA',
    use: 'sig',
    kid,
    x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  };
}

export async function startTestIssuer(): Promise<TestIssuer> {
  let asked = 0;
  let current = { status: 200, body: JSON.stringify({ keys: [publicKey('one')] }) };
  const server: Server = createServer((_request, response) => {
    asked += 1;
    response.writeHead(current.status, { 'content-type': 'application/json' }).end(current.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/.well-known/jwks.json`,
    asked: () => asked,
    answer: (status, body) => (current = { status, body: JSON.stringify(body) }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
