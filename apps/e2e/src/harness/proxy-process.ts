/** One `perch data-plane --tenants` process on free ports, as somebody without a control plane runs it. */
import { createHmac } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { end, eventually, makeHome, spawnPerch } from './perch-process.js';

export interface ProxyProcess {
  readonly url: string;
  readonly adminUrl: string;
  /** Everything it has written so far. */
  output(): string;
  /** SIGTERM; resolves with the exit status. */
  stop(): Promise<number | null>;
}

export async function startProxy(
  tenants: unknown,
  env: Record<string, string> = {},
  args: readonly string[] = [],
): Promise<ProxyProcess> {
  const home = makeHome();
  const file = path.join(home, 'tenants.json');
  fs.writeFileSync(file, JSON.stringify(tenants));
  // With a tenants file an admin port that is taken moves to a free one by itself. Never the default base's: while nobody
  // has it for a moment, it still belongs to the spec that starts and stops a whole Perch there.
  const { child, output } = spawnPerch(['data-plane', '--tenants', file, '--port', '0', ...args], {
    PERCH_HOME: home,
    PERCH_PORT_BASE: '32000',
    ...env,
  });
  const started = await eventually(`a proxy process:\n${output()}`, async () => {
    if (child.exitCode !== null) throw new Error(`it ended:\n${output()}`);
    return output()
      .split('\n')
      .find((line) => line.includes('"process-started"') && line.includes('"process":"data-plane"'));
  });
  const { addresses } = JSON.parse(started) as { addresses: { http: string; admin: string } };
  return {
    url: addresses.http,
    adminUrl: addresses.admin,
    output,
    async stop() {
      const status = await end(child, 'SIGTERM');
      fs.rmSync(home, { recursive: true, force: true });
      return status;
    },
  };
}

/** HS256, without an end. */
export function signToken(claims: Readonly<Record<string, unknown>>, secret: string): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
