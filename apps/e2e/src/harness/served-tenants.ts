/** Proxies of one tenants file on ports that they keep: killed, drained and started again under load. */
import fs from 'node:fs';
import path from 'node:path';
import { plane, type Plane } from './fleet.js';
import { findPortBase, makeHome } from './perch-process.js';

export interface TenantsProxy extends Plane {
  readonly url: string;
  readonly adminUrl: string;
}

export interface TenantsProxies {
  readonly proxies: readonly TenantsProxy[];
  stop(): Promise<void>;
}

/** @param proxies of each: words of its command line and its own environment. Started one after the other. */
export async function serveTenants(
  tenants: readonly object[],
  proxies: readonly { readonly args?: readonly string[]; readonly env?: Record<string, string> }[] = [{}],
): Promise<TenantsProxies> {
  const home = makeHome();
  const file = path.join(home, 'tenants.json');
  fs.writeFileSync(file, JSON.stringify(tenants));
  const started: TenantsProxy[] = [];
  for (const { args = [], env = {} } of proxies) {
    const base = await findPortBase();
    const adminUrl = `http://127.0.0.1:${base + 190}`;
    const process = plane(
      ['data-plane', '--tenants', file, ...args],
      { PERCH_PORT_BASE: String(base), ...env },
      `${adminUrl}/ready`,
    );
    await process.start().catch(async (error: unknown) => {
      await Promise.all([process, ...started].map((one) => one.kill()));
      throw error;
    });
    started.push(Object.assign(process, { url: `http://127.0.0.1:${base + 100}`, adminUrl }));
  }
  return {
    proxies: started,
    async stop() {
      await Promise.all(started.map((one) => one.kill('SIGTERM')));
      fs.rmSync(home, { recursive: true, force: true });
    },
  };
}
