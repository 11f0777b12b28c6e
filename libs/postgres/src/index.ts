export { CertificateRefusedError } from './certificate-refused.js';
export { connect, withClient, type ConnectOptions } from './connect.js';
export { DatabaseUrlError } from './database-url-error.js';
export { listen, type ChannelListener, type ListenOptions } from './listen.js';
export { quoteIdentifier } from './quote-identifier.js';
export { isInlineCertificate } from './root-certificate.js';
export {
  createTenantExecutors,
  type TenantConnection,
  type TenantExecutors,
  type TenantExecutorsOptions,
} from './tenant-executors.js';
export type { PoolCounts } from './connection-pool.js';
