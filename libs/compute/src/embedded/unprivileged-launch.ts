/**
 * How to launch PostgreSQL from this process: it refuses to run as root, so root hands it another user id, at best one
 * that exists in a user namespace only, so that no file has to change its owner.
 */
import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { promisify } from 'node:util';

interface Account {
  readonly uid: number;
  readonly gid: number;
}

export interface Launch {
  /** Words before the program, such as `unshare --user ... --`. */
  readonly prefix: readonly string[];
  /** Set when another account must own the program's files. */
  readonly owner: Account | undefined;
  /** Set when the program must be started as that account, since no word before it does that. */
  readonly spawnAs: Account | undefined;
}

const run = promisify(execFile);
/** `nobody` on Linux. */
const NOBODY = 65534;
/** The children get no variables of ours: PGDATA, PGPORT or PGOPTIONS of a user's shell must not steer this server. */
export const launchEnvironment: NodeJS.ProcessEnv | undefined =
  process.platform === 'win32'
    ? undefined
    : { LC_ALL: 'C', PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };

/** @param dataDir an existing one that another account owns is run as that account. */
export async function chooseLaunch(dataDir: string): Promise<Launch> {
  if (process.getuid?.() !== 0) return { prefix: [], owner: undefined, spawnAs: undefined };
  const current = ownerOf(dataDir);
  if (current !== undefined && current.uid !== 0) return launchAs(current);
  const uid = mappableUid();
  const prefix = ['unshare', '--user', `--map-user=${uid}`, `--map-group=${uid}`, '--'];
  if (process.platform === 'linux' && (await succeeds([...prefix, 'true']))) {
    return { prefix, owner: undefined, spawnAs: undefined };
  }
  return launchAs({ uid: NOBODY, gid: NOBODY });
}

/** Where user namespaces are forbidden (most containers). The capability is for folders on the way that only root may enter. */
async function launchAs(account: Account): Promise<Launch> {
  const capability = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  const { uid, gid } = account;
  const prefix = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...capability, '--'];
  return process.platform === 'linux' && (await succeeds([...prefix, 'true']))
    ? { prefix, owner: account, spawnAs: undefined }
    : { prefix: [], owner: account, spawnAs: account };
}

/** Words that make the kernel stop the program when this process ends, however it ends; none where that cannot be had. */
export async function dieWithParentPrefix(): Promise<readonly string[]> {
  const prefix = ['setpriv', '--pdeathsig', 'INT', '--'];
  return process.platform === 'linux' && (await succeeds([...prefix, 'true'])) ? prefix : [];
}

function ownerOf(dataDir: string): Account | undefined {
  const stat = statSync(dataDir, { throwIfNoEntry: false });
  return stat === undefined ? undefined : { uid: stat.uid, gid: stat.gid };
}

/** initdb looks its user up, so the id inside the namespace must be one that has a name. */
function mappableUid(): number {
  try {
    const ids = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => Number(line.split(':')[2]));
    return ids.find((id) => id > 0 && id < NOBODY) ?? NOBODY;
  } catch {
    return NOBODY;
  }
}

async function succeeds(command: readonly string[]): Promise<boolean> {
  try {
    await run(command[0] ?? '', command.slice(1), { timeout: 5000, env: launchEnvironment });
    return true;
  } catch {
    return false;
  }
}
