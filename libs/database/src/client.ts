/** Opens the metadata database: one pool, one Prisma client, one repository per noun. */
import pg from 'pg';
import { ApiKeyRepository } from './api-key.repository.js';
import { AuditRepository } from './audit.repository.js';
import { BranchContentsRepository } from './branch-contents.repository.js';
import { BranchDatabaseRepository } from './branch-database.repository.js';
import { BranchLifecycleRepository } from './branch-lifecycle.repository.js';
import { BranchRepository } from './branch.repository.js';
import { DataApiJwksRepository } from './data-api-jwks.repository.js';
import { DataApiRepository } from './data-api.repository.js';
import { DataApiLoginRepository } from './data-api-login.repository.js';
import { EndpointRepository } from './endpoint.repository.js';
import { createMetadataEvents, type MetadataEvents } from './metadata-events.js';
import { OperationRepository } from './operation.repository.js';
import { createPrisma } from './prisma-client.js';
import { ProjectJwksRepository } from './project-jwks.repository.js';
import { ProjectRepository } from './project.repository.js';
import { resealSecrets, type ResealedSecrets } from './reseal-secrets.js';
import { RoleRepository } from './role.repository.js';
import { createSecretBox } from './secret-box.js';
import { TenantRepository } from './tenant.repository.js';

export interface DatabaseOptions {
  /** Connection URL of the metadata database. */
  readonly url: string;
  /** Seals what is secret at rest; see `createSecretBox`. */
  readonly masterKey: string;
  /** Opens what was sealed before the master key was changed. */
  readonly previousMasterKey?: string | undefined;
  /** Connections held at most; 10 unless told. */
  readonly poolSize?: number;
}

export interface Database {
  readonly apiKeys: ApiKeyRepository;
  readonly audit: AuditRepository;
  readonly projects: ProjectRepository;
  readonly branches: BranchRepository;
  readonly branchLifecycles: BranchLifecycleRepository;
  readonly endpoints: EndpointRepository;
  readonly roles: RoleRepository;
  readonly databases: BranchDatabaseRepository;
  readonly contents: BranchContentsRepository;
  readonly dataApis: DataApiRepository;
  readonly dataApiJwks: DataApiJwksRepository;
  readonly dataApiLogins: DataApiLoginRepository;
  readonly jwks: ProjectJwksRepository;
  readonly operations: OperationRepository;
  readonly tenants: TenantRepository;
  readonly events: MetadataEvents;
  /** Seals under the master key what is still sealed under the one before. */
  resealSecrets(): Promise<ResealedSecrets>;
  /** Milliseconds of one round trip. @throws when the database does not answer. */
  ping(): Promise<number>;
  close(): Promise<void>;
}

const DEFAULT_POOL_SIZE = 10;
const CONNECT_TIMEOUT_MS = 5_000;

export function createDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize ?? DEFAULT_POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'perch',
    keepAlive: true,
  });
  // A connection that dies while idle is replaced by the next use; without a listener it would end the process.
  pool.on('error', () => undefined);
  const prisma = createPrisma(pool);
  const secrets = createSecretBox(options.masterKey, options.previousMasterKey);
  const events = createMetadataEvents({ url: options.url });
  return {
    apiKeys: new ApiKeyRepository(prisma),
    audit: new AuditRepository(prisma),
    projects: new ProjectRepository(prisma, secrets),
    branches: new BranchRepository(prisma, secrets),
    branchLifecycles: new BranchLifecycleRepository(prisma, secrets),
    endpoints: new EndpointRepository(prisma, secrets),
    roles: new RoleRepository(prisma, secrets),
    databases: new BranchDatabaseRepository(prisma),
    contents: new BranchContentsRepository(prisma, secrets),
    dataApis: new DataApiRepository(prisma, secrets),
    dataApiJwks: new DataApiJwksRepository(prisma),
    dataApiLogins: new DataApiLoginRepository(prisma, secrets),
    jwks: new ProjectJwksRepository(prisma),
    operations: new OperationRepository(prisma),
    tenants: new TenantRepository(prisma, secrets),
    events,
    resealSecrets: () => resealSecrets(pool, secrets),
    async ping() {
      const started = performance.now();
      await pool.query('SELECT 1');
      return performance.now() - started;
    },
    async close() {
      await events.close();
      await prisma.$disconnect();
      await pool.end();
    },
  };
}
