/**
 * A deployment as its operator has it: control plane, worker and proxies, each a process of its own
 * that can be killed and started again. Its projects are attached ones on a PostgreSQL that nobody kills.
 */
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ask } from './ask.js';
import { callApi, runSql, type ManagementApi } from './management.js';
import { end, eventually, findPortBase, makeHome, spawnPerch } from './perch-process.js';

export interface Plane {
  readonly pid: number;
  /** Everything that its runs so far have written. */
  output(): string;
  start(): Promise<void>;
  /** Resolves when it is gone. */
  kill(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface Proxy extends Plane {
  readonly url: string;
  readonly adminUrl: string;
  /** Its copies of configurations and schemas. */
  readonly home: string;
}

export interface Fleet {
  readonly api: ManagementApi;
  readonly controlPlaneUrl: string;
  readonly controlPlane: Plane;
  readonly worker: Plane;
  /** Of the control plane and the worker from their next start on. */
  readonly env: Record<string, string>;
  readonly proxies: readonly Proxy[];
  /** A data API on a database of its own: what stands behind a proxy's base URL for it. */
  attach(name: string, sql: string, dataApi?: object): Promise<AttachedDataApi>;
  stop(): Promise<void>;
}

export interface AttachedDataApi {
  /** `/<endpoint>/<database>/rest/v1` */
  readonly path: string;
  /** Of the management API: the data API's, and its project's. */
  readonly route: string;
  readonly project: string;
  readonly databaseUrl: string;
}

export interface FleetOptions {
  readonly env?: Record<string, string>;
  /** Per proxy: words of its command line, and its own environment. */
  /** What proxies take for the control plane, given its URL: something in between. Default: itself. */
  readonly between?: (controlPlaneUrl: string) => Promise<string>;
  readonly proxies: readonly { readonly args?: readonly string[]; readonly env?: Record<string, string> }[];
  /** Of an empty database. */
  readonly metadataUrl: string;
  /** Superuser URL of the PostgreSQL that projects are attached to. */
  readonly attachTo: string;
}

/** Milliseconds: programs are read from disk by a machine that has other things to do. */
const READY_WITHIN_MS = 120_000;

export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const home = makeHome();
  const base = await findPortBase();
  const apiKey = `perch_${'d'.repeat(48)}`;
  const env: Record<string, string> = {
    PERCH_HOME: home,
    PERCH_PORT_BASE: String(base),
    PERCH_MASTER_KEY: 'the master key of a drill',
    PERCH_FLEET_TOKEN: 'the-fleet-token-of-a-drill',
    PERCH_BOOTSTRAP_API_KEY: apiKey,
    PERCH_JWKS_ALLOW_LOOPBACK: 'true',
    DATABASE_URL: options.metadataUrl,
    ...options.env,
  };
  const controlPlane = plane(['control-plane'], env, `http://127.0.0.1:${base + 90}/ready`);
  const worker = plane(['worker'], env, `http://127.0.0.1:${base + 91}/ready`);
  const controlPlaneUrl = `http://127.0.0.1:${base}`;
  const seenByProxies = (await options.between?.(controlPlaneUrl)) ?? controlPlaneUrl;
  const proxies: Proxy[] = [];
  for (const [index, given] of options.proxies.entries()) {
    const ofProxy = await findPortBase();
    const proxyHome = path.join(home, `proxy-${index}`);
    const admin = `http://127.0.0.1:${ofProxy + 190}`;
    const own = { PERCH_HOME: proxyHome, PERCH_PORT_BASE: String(ofProxy), PERCH_CONTROL_PLANE_URL: seenByProxies };
    const process = plane(['data-plane', ...(given.args ?? [])], { ...env, ...own, ...given.env }, `${admin}/ready`);
    proxies.push(
      Object.assign(process, { url: `http://127.0.0.1:${ofProxy + 100}`, adminUrl: admin, home: proxyHome }),
    );
  }
  const planes = [controlPlane, worker, ...proxies];
  try {
    // First, as in docs/operations.md: it makes the tables that the worker reads.
    await controlPlane.start();
    await Promise.all([worker, ...proxies].map((one) => one.start()));
  } catch (error) {
    await Promise.all(planes.map((one) => one.kill()));
    throw error;
  }

  const api = { api_url: `${controlPlaneUrl}/api/v2`, api_key: apiKey };
  const databases: string[] = [];
  return {
    api,
    controlPlaneUrl,
    controlPlane,
    worker,
    env,
    proxies,
    async attach(name, sql, dataApi = {}) {
      const database = `drill_${name}_${Math.random().toString(36).slice(2, 8)}`;
      databases.push(database);
      await runSql(options.attachTo, `CREATE DATABASE ${database}`);
      const url = new URL(options.attachTo);
      url.pathname = `/${database}`;
      await runSql(url.href, sql);
      const project = { name, perch: { compute: 'attached', connection_url: url.href } };
      const made = await callApi(api, 'POST', '/projects', { project });
      if (made.status !== 201) throw new Error(`POST /projects: ${made.status} ${JSON.stringify(made.body)}`);
      const endpoint = made.body.endpoints[0].id;
      const route = `/projects/${made.body.project.id}/branches/${made.body.branch.id}/data-api/${database}`;
      const body = { add_anonymous_grants: true, add_default_grants: true, ...dataApi };
      const enabled = await callApi(api, 'POST', route, body);
      if (enabled.status !== 201) throw new Error(`POST ${route}: ${enabled.status} ${JSON.stringify(enabled.body)}`);
      await eventually('the data API is active', async () =>
        (await callApi(api, 'GET', route)).body.status === 'active' ? true : undefined,
      );
      return {
        path: `/${endpoint}/${database}/rest/v1`,
        route,
        project: `/projects/${made.body.project.id}`,
        databaseUrl: url.href,
      };
    },
    async stop() {
      await Promise.all(planes.map((one) => one.kill('SIGTERM')));
      for (const database of databases) await runSql(options.attachTo, `DROP DATABASE ${database} WITH (FORCE)`);
      fs.rmSync(home, { recursive: true, force: true });
    },
  };
}

/** A process of `perch` that can be killed and started again. Ready when `readyUrl` answers 200. */
export function plane(args: readonly string[], env: Record<string, string>, readyUrl: string): Plane {
  let child: ChildProcess | undefined;
  const outputs: (() => string)[] = [];
  return {
    get pid() {
      return child?.pid ?? 0;
    },
    output: () => outputs.map((output) => output()).join(''),
    async start() {
      const started = spawnPerch(args, env);
      child = started.child;
      outputs.push(started.output);
      await eventually(
        `${args[0]} is ready`,
        async () => {
          if (started.child.exitCode !== null) throw new Error(`it ended:\n${started.output()}`);
          return (await ask(readyUrl, { path: '' })).status === 200 ? true : undefined;
        },
        READY_WITHIN_MS,
      ).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${started.output()}`);
      });
    },
    kill: async (signal = 'SIGKILL') => (child === undefined ? null : end(child, signal)),
  };
}
