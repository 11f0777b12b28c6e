// The same packet by pgbench, where it is on the PATH: values as literals, prepared, one pipeline per transaction.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export function hasPgbench() {
  return spawnSync('pgbench', ['--version']).status === 0;
}

/** @returns transactions per second */
export function pgbench(databaseUrl, packet, connections, seconds) {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'perch-pgbench-')), 'packet.sql');
  const lines = packet.statements.map(({ text, values }) => `${withLiterals(text, values)};`);
  fs.writeFileSync(file, ['\\startpipeline', ...lines, '\\endpipeline', ''].join('\n'));
  try {
    const options = ['-n', '-M', 'prepared', '-c', connections, '-j', '1', '-T', seconds, '-f', file].map(String);
    const output = execFileSync('pgbench', [...options, databaseUrl], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return Number(/tps = ([\d.]+)/.exec(output)?.[1] ?? 0);
  } finally {
    fs.rmSync(path.dirname(file), { recursive: true });
  }
}

function withLiterals(text, values) {
  return text.replace(/\$(\d+)/g, (_, number) => literal(values[Number(number) - 1])).replaceAll('\n', ' ');
}

function literal(value) {
  if (value === null) return 'null';
  if (Buffer.isBuffer(value)) return literal(value.toString('utf8'));
  return `'${value.replaceAll("'", "''")}'`;
}
