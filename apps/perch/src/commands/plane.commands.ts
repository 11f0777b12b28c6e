/** `perch control-plane | worker | data-plane`: one plane in this process, until a signal or the supervisor's end. */
import type { Command } from 'commander';
import { leftovers, usageOf } from '../command-line.js';

interface RunningPlane {
  stop(): Promise<void>;
}

interface Plane<Config> {
  /** @throws an error with `problems`, a list of texts, when the environment or the options do not fit. */
  loadConfig(): Config;
  start(config: Config): Promise<RunningPlane>;
}

interface DataPlaneFlags {
  readonly tenants?: string;
  readonly port?: string;
  readonly workers?: string;
  readonly workerSlot?: string;
}

export async function controlPlaneCommand(command: Command): Promise<void> {
  const { loadControlPlaneConfig, startControlPlane } = await import('@perch/control-plane');
  await run(command, { loadConfig: () => loadControlPlaneConfig(), start: startControlPlane });
}

export async function workerCommand(command: Command): Promise<void> {
  const { loadWorkerConfig, startWorker } = await import('@perch/worker');
  await run(command, { loadConfig: () => loadWorkerConfig(), start: startWorker });
}

export async function dataPlaneCommand(command: Command): Promise<void> {
  const { loadDataPlaneConfig, startDataPlane, startWorkers } = await import('@perch/data-plane');
  const { tenants, ...flags } = command.opts<DataPlaneFlags>();
  await run(command, {
    loadConfig: () => loadDataPlaneConfig({ tenantsFile: tenants, ...flags }),
    start: (config) =>
      config.role.kind === 'supervisor' ? startWorkers(config, config.role.workers) : startDataPlane(config),
  });
}

async function run<Config>(command: Command, plane: Plane<Config>): Promise<void> {
  const problems = leftovers(command);
  let config: Config | undefined;
  try {
    config = plane.loadConfig();
  } catch (error) {
    const listed = problemsOf(error);
    if (listed === undefined) throw error;
    problems.push(...listed);
  }
  if (problems.length > 0 || config === undefined) throw usageOf(command, problems);

  const leave = new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    // The supervisor is gone: nobody would stop this process any more.
    process.once('disconnect', () => resolve());
  });
  const running = await plane.start(config);
  await leave;
  await running.stop();
}

function problemsOf(error: unknown): readonly string[] | undefined {
  if (!(error instanceof Error) || !('problems' in error) || !Array.isArray(error.problems)) return undefined;
  return error.problems.map(String);
}
