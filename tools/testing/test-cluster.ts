/** A PostgreSQL server of one spec's own, for what belongs to a whole cluster: roles with fixed names, server settings. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '../../libs/compute/src/embedded/start-embedded-postgres.js';

export interface TestCluster {
  readonly port: number;
  /** Of the superuser `postgres`. */
  readonly password: string;
  /** Connection URL as superuser. */
  url(database: string): string;
  /** Stops the server and removes its data. */
  drop(): Promise<void>;
}

export async function createTestCluster(): Promise<TestCluster> {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'perch-test-cluster-'));
  const password = 'test';
  const server = await startEmbeddedPostgres({ dataDir, superuserPassword: password, durable: false });
  return {
    port: server.port,
    password,
    url: server.url,
    async drop() {
      await server.stop();
      fs.rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
