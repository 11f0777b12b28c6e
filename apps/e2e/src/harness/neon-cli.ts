/** The real `neon` command line out of compat/, as a user of this Perch runs it: a home of its own, and no way off the machine. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { cleanEnvironment, workspace, type UpJson } from './perch-process.js';

const compat = path.join(workspace, 'compat');

/** False on a checkout where nobody ran `npm ci` in compat/. */
export const hasCompat = fs.existsSync(path.join(compat, 'node_modules'));
export const describeCompat = hasCompat ? describe : describe.skip;
/** For the title of what is skipped then. */
export const compatNote = hasCompat ? '' : ' (skipped: compat/node_modules is absent, run `npm ci` in compat/)';

export interface CliRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface NeonCli {
  readonly folder: string;
  readonly env: Record<string, string>;
  run(...args: readonly string[]): Promise<CliRun>;
  /** The run's standard output, when it ended with 0. */
  text(...args: readonly string[]): Promise<string>;
  /** What `--output json` printed, when it ended with 0. */
  json(...args: readonly string[]): Promise<Json>;
  /** A list's table: one record per line, named by the header. */
  table(...args: readonly string[]): Promise<Record<string, string>[]>;
  /** One thing's table: a line per field. */
  record(...args: readonly string[]): Promise<Record<string, string>>;
  /** The addresses that the clients tried to reach and were refused. */
  refusedConnections(): readonly string[];
}

// What a client prints is what the test expects it to be; a wrong expectation fails the assertion on it.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

/** @param folder its home and its working folder, which gets `.neon` and nothing of the user's */
export function neonCli(up: UpJson, folder: string): NeonCli {
  const refused = path.join(folder, 'refused-connections');
  const env = cleanEnvironment({
    HOME: folder,
    CI: '1',
    NEON_API_HOST: up.api_url,
    NEON_API_KEY: up.api_key,
    PERCH_REFUSED_CONNECTIONS: refused,
    NODE_OPTIONS: `--import ${pathToFileURL(path.join(compat, 'loopback-only.mjs')).href}`,
  });
  const program = path.join(compat, 'node_modules/neon/dist/cli.js');
  const run = (...args: readonly string[]) => runToEnd([program, '--no-analytics', ...args], { cwd: folder, env });
  const text = async (...args: readonly string[]) => {
    const { status, stdout, stderr } = await run(...args);
    if (status !== 0) throw new Error(`neon ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
    return stdout;
  };
  return {
    folder,
    env,
    run,
    text,
    json: async (...args) => JSON.parse(await text(...args, '--output', 'json')),
    table: async (...args) => parseTable(await text(...args)),
    record: async (...args) => parseRecord(await text(...args)),
    refusedConnections: () => (fs.existsSync(refused) ? fs.readFileSync(refused, 'utf8').trim().split('\n') : []),
  };
}

export function runToEnd(
  args: readonly string[],
  options: { readonly cwd: string; readonly env: Record<string, string> },
): Promise<CliRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, stdout, stderr }));
  });
}

/** Columns start where the header's words do; a word ends before two spaces. */
function parseTable(text: string): Record<string, string>[] {
  const [header = '', ...lines] = text.trimEnd().split('\n');
  const starts = [...header.matchAll(/\S+(?: \S+)*/g)].map((match) => ({ name: match[0], at: match.index }));
  return lines.map((line) =>
    Object.fromEntries(starts.map(({ name, at }, index) => [name, line.slice(at, starts[index + 1]?.at).trim()])),
  );
}

function parseRecord(text: string): Record<string, string> {
  const lines = text.trimEnd().split('\n');
  return Object.fromEntries(
    lines
      .map((line) => /^(\S+(?: \S+)*)(?: {2,}(.*))?$/.exec(line))
      .flatMap((match) => (match ? [[match[1], match[2] ?? '']] : [])),
  );
}

/** A client library out of compat/, imported by its name there. */
export async function importCompat(name: string): Promise<Json> {
  const resolve = createRequire(path.join(compat, 'package.json')).resolve;
  return import(pathToFileURL(resolve(name)).href);
}
