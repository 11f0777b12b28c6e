/** The admin port of a proxy: on its configured port, or, for a proxy of a tenants file, wherever there is room. */
import { startAdminServer, type AdminServer, type AdminServerOptions, type Observer } from '@perch/observability';
import type { DataPlaneConfig } from './config.js';

/** @throws the listen error of node when the port cannot be had and the process belongs to a fleet */
export async function startAdmin(
  { adminHost: host, adminPort: port, source }: DataPlaneConfig,
  shown: Pick<AdminServerOptions, 'notReadyReason' | 'renderMetrics' | 'status'>,
  observer: Observer,
): Promise<AdminServer> {
  const options = { host, ...shown };
  try {
    return await startAdminServer({ ...options, port });
  } catch (error) {
    // Several proxies of files side by side differ in --port only.
    if (source.kind !== 'file') throw error;
    const admin = await startAdminServer({ ...options, port: 0 });
    const text = `admin port ${port} is taken, using ${admin.port}`;
    observer.note({ kind: 'message', level: 'warn', text });
    return admin;
  }
}
