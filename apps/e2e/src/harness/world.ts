/** The corpus' world in a database `world` of an embedded PostgreSQL, and the tenants file that serves it. */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { runSql } from './management.js';
import { workspace } from './perch-process.js';

const corpus = path.join(workspace, 'apps/e2e/conformance');

export interface WorldPostgres {
  readonly port: number;
  /** Of a superuser. */
  url(database: string): string;
}

/** @returns the path of the tenants file, in `home` */
export async function loadWorld(postgres: WorldPostgres, home: string): Promise<string> {
  await runSql(postgres.url('postgres'), `CREATE DATABASE world TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'`);
  await runSql(postgres.url('world'), fs.readFileSync(path.join(corpus, 'world.sql'), 'utf8'));
  const databaseUrl = `postgresql://world_authenticator:cartulary@127.0.0.1:${postgres.port}/world`;
  const tenants = path.join(home, 'tenants.json');
  const emit = [path.join(corpus, 'emit-tenants.mjs'), '--db-url', databaseUrl, '--out', tenants];
  await promisify(execFile)(process.execPath, emit);
  return tenants;
}
