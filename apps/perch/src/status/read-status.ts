/** Asks admin ports how their processes are: addresses in, one answer each out, whatever happens. */
import http from 'node:http';
import { processStatusSchema } from '@perch/observability';
import { z } from 'zod';

const statusSchema = processStatusSchema.extend({
  state: z.enum(['ready', 'not-ready']),
  reason: z.string().optional(),
});

export type SeenProcess =
  | ({ readonly at: string } & z.infer<typeof statusSchema>)
  | {
      readonly at: string;
      readonly state: 'unreachable';
      /** Which process is expected there, where that is known. */
      readonly process: string | undefined;
      readonly reason: string;
    };

export interface AdminAddress {
  /** `host:port`. */
  readonly at: string;
  readonly process: string | undefined;
}

/** Milliseconds; a process whose workers do not answer takes two seconds. */
const TIMEOUT_MS = 5_000;
/** Bytes; nothing a process says of itself is longer. */
const LONGEST = 256 * 1024;

export async function readStatus({ at, process }: AdminAddress): Promise<SeenProcess> {
  const unreachable = (reason: string): SeenProcess => ({ at, state: 'unreachable', process, reason });
  try {
    const { status, body } = await get(`http://${at}/status`);
    if (status === 404) return unreachable('it is no Perch, or one without /status');
    const parsed = statusSchema.safeParse(JSON.parse(body));
    return parsed.success ? { at, ...parsed.data } : unreachable('its answer is not a status of Perch');
  } catch (error) {
    return unreachable(reasonOf(error));
  }
}

/** Not by fetch, which refuses port 4190 (Fetch standard, port blocking). */
function get(url: string): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { timeout: TIMEOUT_MS }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        body += chunk;
        if (body.length > LONGEST) response.destroy();
      });
      response.once('close', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    request.once('timeout', () => request.destroy());
    request.once('error', reject);
  });
}

function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'its answer is not a status of Perch';
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (code === 'ECONNRESET' && error.message === 'socket hang up') return 'it did not answer in time';
  return code ?? error.message;
}
