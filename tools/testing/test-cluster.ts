/** A PostgreSQL server of one spec's own, for what belongs to a whole cluster: roles with fixed names, server settings, its end. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbeddedPostgres } from '../../libs/compute/src/embedded/start-embedded-postgres.js';

export interface TestCluster {
  readonly port: number;
  readonly dataDir: string;
  /** Of the superuser `postgres`. */
  readonly password: string;
  /** Connection URL as superuser. */
  url(database: string): string;
  /** As the kernel does when memory is short. */
  kill(): Promise<void>;
  /** Ends all sessions, as for maintenance. */
  stop(): Promise<void>;
  /** Again, on its data and its port; with another certificate when given. */
  start(renewed?: { readonly key: string; readonly certificate: string }): Promise<void>;
  /** Stops the server and removes its data. */
  drop(): Promise<void>;
}

/** Milliseconds in which the children of a killed postmaster notice and leave. */
const ORPHANS_LEAVE_MS = 200;

/** @param certificate with it the server speaks TLS. */
export async function createTestCluster(
  settings: Readonly<Record<string, string>> = {},
  certificate?: { readonly key: string; readonly certificate: string },
): Promise<TestCluster> {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'perch-test-cluster-'));
  const password = 'test';
  const tls = certificate === undefined ? {} : { certificate: async () => certificate };
  const options = { dataDir, superuserPassword: password, durable: false, settings, ...tls };
  let server = await startEmbeddedPostgres(options);
  const { port, url } = server;
  return {
    port,
    dataDir,
    password,
    url,
    async kill() {
      process.kill(server.pid, 'SIGKILL');
      await sleep(ORPHANS_LEAVE_MS);
    },
    stop: () => server.stop(),
    async start(renewed) {
      const other = renewed === undefined ? {} : { certificate: async () => renewed };
      server = await startEmbeddedPostgres({ ...options, ...other, port });
    },
    async drop() {
      await server.stop();
      fs.rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
