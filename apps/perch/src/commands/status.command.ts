/** `perch status`: how the processes of a Perch are, by their admin ports. Ends with status 1 unless all are ready. */
import { portsFrom } from '@perch/contract';
import { loadUpConfig } from '../config.js';
import { formatStatus } from '../status/format-status.js';
import { readStatus, type AdminAddress } from '../status/read-status.js';
import { UsageError } from '../usage-error.js';

export interface StatusOptions {
  readonly json?: boolean;
  /** `host:port` of admin ports, instead of those of this machine. */
  readonly admin?: readonly string[];
}

/** @throws UsageError for an address that is none */
export async function statusCommand({ json = false, admin = [] }: StatusOptions): Promise<number> {
  const addresses = admin.length > 0 ? admin.map(addressOf) : localAddresses();
  const processes = await Promise.all(addresses.map(readStatus));
  process.stdout.write(json ? `${JSON.stringify(processes, null, 2)}\n` : formatStatus(processes, Date.now()));
  return processes.every(({ state }) => state === 'ready') ? 0 : 1;
}

function localAddresses(): readonly AdminAddress[] {
  const ports = portsFrom(loadUpConfig().portBase);
  return [
    { at: `127.0.0.1:${ports.controlPlaneAdmin}`, process: 'control-plane' },
    { at: `127.0.0.1:${ports.workerAdmin}`, process: 'worker' },
    { at: `127.0.0.1:${ports.dataPlaneAdmin}`, process: 'data-plane' },
  ];
}

function addressOf(text: string): AdminAddress {
  const at = text.replace(/^http:\/\//, '').replace(/\/$/, '');
  if (!/^[^\s/?#@]+:\d{1,5}$/.test(at)) {
    throw new UsageError(`--admin takes host:port, and '${text}' is none (127.0.0.1:4190, say).`);
  }
  return { at, process: undefined };
}
