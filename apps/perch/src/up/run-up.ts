/**
 * `perch up`: the whole product on one machine. Starts the metadata database and one process per plane, seeds the demo,
 * says where everything is, and takes it all down again in order.
 */
import path from 'node:path';
import { stopLocalComputes } from '@perch/compute';
import { portsFrom, type PerchPorts } from '@perch/contract';
import type { UpConfig } from '../config.js';
import { findOrSeedDemo } from './demo.js';
import { assertGivenServersAnswer } from './given-servers.js';
import { loadSecrets, lockHome, renewApiKey, type HomeSecrets } from './home.js';
import { ManagementClient } from './management-client.js';
import { startMetadataDatabase } from './metadata-database.js';
import { assertPortsFree } from './ports.js';
import { SupervisedProcess } from './supervised-process.js';
import { banner, writeUpFile, type UpFacts } from './up-file.js';

export interface Terminal {
  /** A line of progress or a notice. */
  say(text: string): void;
}

export interface RunningPerch {
  readonly facts: UpFacts;
  stop(): Promise<void>;
}

/** Processes of a killed run leave within this time, milliseconds. */
const LEFTOVER_GRACE_MS = 10_000;

/**
 * @param interrupted ends the start between two steps.
 * @throws UsageError when something outside has to be changed first, the signal's reason when that was aborted; whatever
 * was started is stopped again.
 */
export async function runUp(
  config: UpConfig,
  program: string,
  terminal: Terminal,
  interrupted: AbortSignal,
): Promise<RunningPerch> {
  const startedAt = Date.now();
  const lock = lockHome(config.home);
  const undo: (() => Promise<void> | void)[] = [() => lock.release()];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const secrets = loadSecrets(config.home);
    await assertGivenServersAnswer(config);
    const ports = portsFrom(config.portBase);
    await assertPortsFree(listening(ports), lock.wasStale ? LEFTOVER_GRACE_MS : 0);

    terminal.say('Starting the metadata database');
    const metadata = await startMetadataDatabase(config, secrets.postgres_password, ports.metadataPostgres);
    undo.push(() => metadata.stop());
    // Behind the planes on the way down, so that no plane starts a compute again.
    undo.push(() => stopLocalComputes(config.home));
    interrupted.throwIfAborted();

    terminal.say('Starting control plane, worker and data plane');
    const env = childEnvironment(config, secrets, metadata.url);
    const planes = planeProcesses({ config, program, ports, env, terminal });
    undo.push(() => Promise.all(planes.map((plane) => plane.stop())).then(() => undefined));
    // Together: the worker waits by itself until the control plane has brought the metadata database up to date.
    await Promise.all(planes.map((plane) => plane.start(interrupted)));

    const urls = publicUrls(ports);
    const client = new ManagementClient(urls.api_url, secrets.api_key, interrupted);
    if (!(await client.isKeyInForce())) {
      terminal.say('The API key of this home was revoked; starting again with another one');
      await stop();
      renewApiKey(config.home);
      return await runUp(config, program, terminal, interrupted);
    }

    terminal.say('Preparing the demo project');
    const demo = await findOrSeedDemo(config.home, client);
    const facts: UpFacts = { ...urls, auth_url: null, api_key: secrets.api_key, demo };
    const upFile = writeUpFile(config.home, facts);
    terminal.say(banner(facts, upFile, Date.now() - startedAt));
    return { facts, stop };
  } catch (error) {
    await stop();
    interrupted.throwIfAborted();
    throw error;
  }
}

function publicUrls(ports: PerchPorts) {
  const controlPlane = `http://127.0.0.1:${ports.controlPlane}`;
  return {
    console_url: controlPlane,
    api_url: `${controlPlane}/api/v2`,
    data_plane_url: `http://127.0.0.1:${ports.dataPlane}`,
  };
}

/** PostgreSQL servers probe for themselves: they may be running still and then keep their ports. */
function listening({ metadataPostgres: _own, firstCompute: _later, ...ports }: PerchPorts): Record<string, number> {
  return ports;
}

function childEnvironment(config: UpConfig, secrets: HomeSecrets, databaseUrl: string): Record<string, string> {
  return {
    ...config.inherited,
    PERCH_HOME: config.home,
    PERCH_PORT_BASE: String(config.portBase),
    PERCH_MASTER_KEY: config.masterKey ?? secrets.master_key,
    PERCH_FLEET_TOKEN: config.fleetToken ?? secrets.fleet_token,
    PERCH_BOOTSTRAP_API_KEY: secrets.api_key,
    // A developer tries an issuer of his own on loopback; a deployment lists its hosts instead (product.md section 4).
    PERCH_JWKS_ALLOW_LOOPBACK: 'true',
    DATABASE_URL: databaseUrl,
  };
}

function planeProcesses(options: {
  readonly config: UpConfig;
  readonly program: string;
  readonly ports: PerchPorts;
  readonly env: Record<string, string>;
  readonly terminal: Terminal;
}): readonly SupervisedProcess[] {
  const { config, program, ports, env, terminal } = options;
  const plane = (name: string, adminPort: number) =>
    new SupervisedProcess({
      name,
      program,
      args: [],
      env,
      logDir: path.join(config.home, 'logs'),
      readyUrl: `http://127.0.0.1:${adminPort}/ready`,
      onNotice: (notice) => terminal.say(notice),
    });
  return [
    plane('control-plane', ports.controlPlaneAdmin),
    plane('worker', ports.workerAdmin),
    plane('data-plane', ports.dataPlaneAdmin),
  ];
}
