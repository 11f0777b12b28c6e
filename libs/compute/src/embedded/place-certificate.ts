/** Puts a server's key and certificate into its data directory, under the names PostgreSQL looks for. */
import { chownSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Launch } from './unprivileged-launch.js';

/** Both in PEM. */
export interface ServerCertificate {
  readonly key: string;
  readonly certificate: string;
}

/** @see https://www.postgresql.org/docs/18/ssl-tcp.html#SSL-SERVER-FILES */
export async function placeCertificate(
  dataDir: string,
  launch: Launch,
  make: (current: string | undefined) => Promise<ServerCertificate | 'keep'>,
): Promise<void> {
  const files = { key: path.join(dataDir, 'server.key'), certificate: path.join(dataDir, 'server.crt') };
  const isComplete = existsSync(files.key) && existsSync(files.certificate);
  const made = await make(isComplete ? readFileSync(files.certificate, 'utf8') : undefined);
  if (made === 'keep') return;
  place(files.key, made.key);
  place(files.certificate, made.certificate);

  function place(file: string, text: string): void {
    writeFileSync(`${file}.new`, text, { mode: 0o600 });
    if (launch.owner !== undefined) chownSync(`${file}.new`, launch.owner.uid, launch.owner.gid);
    renameSync(`${file}.new`, file);
  }
}
