/** One worker process: configuration in, a running consumer of operations out. */
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import {
  combineObservers,
  createLogger,
  createLogObserver,
  createMetrics,
  createStatusKeeper,
  startAdminServer,
  startTracing,
  type AdminServer,
} from '@perch/observability';
import type { WorkerConfig } from './config.js';
import { WorkerModule } from './worker.module.js';

export interface RunningWorker {
  readonly adminPort: number;
  /** Takes no more jobs, waits for those that run, and closes everything. */
  stop(): Promise<void>;
}

/** @throws the listen error of node when the admin port cannot be had; whatever was started is stopped again. */
export async function startWorker(config: WorkerConfig): Promise<RunningWorker> {
  const metrics = createMetrics({ process: 'worker', set: 'worker' });
  const logger = createLogger({ name: 'worker', level: config.logLevel });
  const status = createStatusKeeper({ name: 'worker', pid: process.pid });
  const observer = combineObservers(createLogObserver(logger), metrics.observer, status.observer);
  const tracer = await startTracing(config.tracing, 'worker', observer);
  let notReady: string | undefined = 'starting';
  const admin: AdminServer = await startAdminServer({
    host: config.adminHost,
    port: config.adminPort,
    notReadyReason: () => notReady,
    renderMetrics: metrics.render,
    status: status.snapshot,
  });
  try {
    const context = await NestFactory.createApplicationContext(WorkerModule.register(config, observer, tracer), {
      logger: false,
      abortOnError: false,
    });
    notReady = undefined;
    observer.note({
      kind: 'process-started',
      process: 'worker',
      addresses: { admin: `http://${config.adminHost}:${admin.port}` },
    });
    return {
      adminPort: admin.port,
      async stop() {
        notReady = 'stopping';
        observer.note({ kind: 'process-stopping', process: 'worker', reason: 'asked to' });
        await context.close();
        await admin.close();
        await tracer?.stop();
        observer.note({ kind: 'process-stopped', process: 'worker', abandonedRequests: 0 });
      },
    };
  } catch (error) {
    await admin.close();
    throw error;
  }
}
