/** A proxy over the bakery (bakery.sql.ts): two data APIs of one database, one that keeps what is written, one that undoes it. */
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { bakerySql } from './bakery.sql.js';
import { runSql } from './management.js';
import { end, eventually, findPortBase, spawnPerch } from './perch-process.js';

interface Postgres {
  readonly port: number;
  /** Of a superuser. */
  url(database: string): string;
}

export interface Bakery {
  /** Base URLs, as a client wants them. */
  readonly keeping: string;
  readonly undoing: string;
  readonly process: ChildProcess;
  close(): Promise<void>;
}

export async function openBakery(postgres: Postgres, home: string): Promise<Bakery> {
  await runSql(postgres.url('postgres'), 'CREATE DATABASE town');
  await runSql(postgres.url('town'), bakerySql);
  const tenant = (name: string, txEnd: string) => ({
    name,
    hostnames: ['127.0.0.1'],
    path_prefix: `/${name}/rest/v1`,
    database_url: `postgresql://bakery_login:bakery@127.0.0.1:${postgres.port}/town`,
    settings: {
      db_schemas: ['bakery', 'attic'],
      db_anon_role: 'web',
      db_extra_search_path: ['tools'],
      db_aggregates_enabled: true,
      db_plan_enabled: true,
      db_tx_end: txEnd,
    },
  });
  const tenants = path.join(home, 'tenants.json');
  const both = [tenant('keeping', 'commit-allow-override'), tenant('undoing', 'rollback-allow-override')];
  fs.writeFileSync(tenants, JSON.stringify(both));
  const base = await findPortBase();
  const { child } = spawnPerch(['data-plane', '--tenants', tenants], {
    PERCH_HOME: home,
    PERCH_PORT_BASE: String(base),
  });
  await eventually('the proxy is ready', async () =>
    (await fetch(`http://127.0.0.1:${base + 190}/ready`)).ok ? true : undefined,
  );
  const url = (name: string) => `http://127.0.0.1:${base + 100}/${name}/rest/v1`;
  return {
    keeping: url('keeping'),
    undoing: url('undoing'),
    process: child,
    close: () => end(child, 'SIGTERM').then(() => undefined),
  };
}
