/** What the worker's application context holds: made from the configuration, started and ended with the context. */
import { Module, type DynamicModule } from '@nestjs/common';
import { createComputes } from '@perch/compute';
import { createDatabase } from '@perch/database';
import type { Observer, Tracer } from '@perch/observability';
import { createJobQueue } from '@perch/queue';
import type { WorkerConfig } from './config.js';
import { ExpiredBranches } from './expired-branches.js';
import { IdleComputes } from './idle-computes.js';
import { LocalComputes } from './local-computes.js';
import { crashPointFromFile } from './operations/crash-point.js';
import { OperationConsumer } from './operations/operation-consumer.js';
import { OperationProcessor } from './operations/operation-processor.js';
import { WorkerLifecycle } from './worker-lifecycle.js';

@Module({})
export class WorkerModule {
  static register(config: WorkerConfig, observer: Observer, tracer?: Tracer): DynamicModule {
    const { masterKey, previousMasterKey } = config;
    const database = createDatabase({ url: config.databaseUrl, masterKey, previousMasterKey });
    const queue = createJobQueue({ databaseUrl: config.databaseUrl, redisUrl: config.redisUrl });
    const computes = createComputes({ home: config.home });
    const crashAt = crashPointFromFile(config.crashFile);
    const { concurrency, loginGraceMs } = config;
    const processor = new OperationProcessor({
      database,
      queue,
      computes,
      observer,
      crashAt,
      loginGraceMs,
      tracer,
    });
    const localComputes = new LocalComputes({ database, computes, observer });
    const idleComputes = new IdleComputes({
      database,
      computes,
      observer,
      enqueue: (ids) => processor.enqueue(ids),
    });
    const expiredBranches = new ExpiredBranches({
      database,
      observer,
      enqueue: (ids) => processor.enqueue(ids),
    });
    const consumer = new OperationConsumer({ database, queue, processor, observer, concurrency });
    const lifecycle = new WorkerLifecycle({ database, queue, localComputes, idleComputes, expiredBranches, consumer });
    return { module: WorkerModule, providers: [{ provide: WorkerLifecycle, useValue: lifecycle }] };
  }
}
