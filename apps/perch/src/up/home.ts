/** PERCH_HOME as a place of our own: one Perch at a time, and the secrets that its embedded default makes for itself. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { UsageError } from '../usage-error.js';

const OWNER_ONLY = 0o600;

export interface HomeLock {
  /** true when an earlier run ended without giving the lock back. */
  readonly wasStale: boolean;
  release(): void;
}

/** @throws UsageError when the folder cannot be written or another `perch up` works in it. */
export function lockHome(home: string): HomeLock {
  try {
    fs.mkdirSync(home, { recursive: true, mode: 0o700 });
    fs.accessSync(home, fs.constants.W_OK);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`PERCH_HOME ${home} cannot be used: ${reason}`, [], 1);
  }
  const file = path.join(home, 'perch.lock');
  const holder = readHolder(file);
  if (holder !== undefined && holder !== process.pid && isPerch(holder)) {
    throw new UsageError(
      `Perch is already running in ${home} (process ${holder}). Stop it, or set PERCH_HOME and PERCH_PORT_BASE for another one.`,
      [],
      1,
    );
  }
  writePrivate(file, `${process.pid}\n`);
  return {
    wasStale: holder !== undefined,
    release: () => {
      if (readHolder(file) === process.pid) fs.rmSync(file, { force: true });
    },
  };
}

const secretsSchema = z.object({
  master_key: z.string(),
  fleet_token: z.string(),
  postgres_password: z.string(),
  api_key: z.string(),
});
export type HomeSecrets = z.infer<typeof secretsSchema>;

const SECRETS = 'secrets.json';

/** Reads `secrets.json`, making it on the first start. Losing it means losing every encrypted value in the metadata. */
export function loadSecrets(home: string): HomeSecrets {
  const file = path.join(home, SECRETS);
  if (fs.existsSync(file)) {
    const parsed = secretsSchema.safeParse(parseJson(fs.readFileSync(file, 'utf8')));
    if (parsed.success) return parsed.data;
    throw new UsageError(`${file} is damaged. Put back a copy of it, or delete ${home} to start over.`, [], 1);
  }
  const secrets: HomeSecrets = {
    master_key: randomBytes(32).toString('base64'),
    fleet_token: randomBytes(32).toString('base64url'),
    postgres_password: randomBytes(24).toString('base64url'),
    api_key: newApiKey(),
  };
  return keepSecrets(home, secrets);
}

/** Another API key in place of one that was revoked; what was given to others stays as it is. */
export function renewApiKey(home: string): void {
  keepSecrets(home, { ...loadSecrets(home), api_key: newApiKey() });
}

function keepSecrets(home: string, secrets: HomeSecrets): HomeSecrets {
  writePrivate(path.join(home, SECRETS), `${JSON.stringify(secrets, null, 2)}\n`);
  return secrets;
}

function newApiKey(): string {
  return `perch_${randomBytes(32).toString('base64url')}`;
}

/** Replaces `file` as one step, readable by its owner only. */
export function writePrivate(file: string, text: string): void {
  const next = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(next, text, { mode: OWNER_ONLY });
  fs.renameSync(next, file);
}

function readHolder(file: string): number | undefined {
  if (!fs.existsSync(file)) return undefined;
  const pid = Number.parseInt(fs.readFileSync(file, 'utf8'), 10);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
}

/** Process numbers are used again, so where the system tells what a process runs, that decides. */
function isPerch(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const commandLine = `/proc/${pid}/cmdline`;
  return fs.existsSync(commandLine) ? fs.readFileSync(commandLine, 'utf8').includes('perch') : true;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
