/** The check that nobody else has the ports of this Perch. */
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { UsageError } from '../usage-error.js';

/**
 * Waits up to `graceMs` milliseconds for the ports to become free: processes of an earlier run may still be leaving.
 *
 * @throws UsageError naming every port that stays taken.
 */
export async function assertPortsFree(ports: Readonly<Record<string, number>>, graceMs: number): Promise<void> {
  const deadline = Date.now() + graceMs;
  for (;;) {
    const taken: string[] = [];
    for (const [name, port] of Object.entries(ports)) if (!(await isFree(port))) taken.push(`${port} (${name})`);
    if (taken.length === 0) return;
    if (Date.now() >= deadline) {
      throw new UsageError(
        'These ports are in use. Stop what listens there, or set PERCH_PORT_BASE to another base (5000, say):',
        taken,
        1,
      );
    }
    await delay(100);
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
