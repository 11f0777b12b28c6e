// A range of requests of one seed in, what was found out: violations, differences, counts, the slowest.
import { compareStep } from '../conformance/lib/compare.mjs';
import { generateRequest } from './generate-request.mjs';
import { kindOf, violations } from './invariants.mjs';
import { otherRequests } from './same-meaning.mjs';
import { createSender } from './send.mjs';

const writes = new Set(['POST', 'PATCH', 'PUT', 'DELETE']);

/**
 * @param options `{ baseUrl, otherBaseUrl?, sameMeaning?, seed, from, count, jobs, maxMs, tenants?, progress? }`
 * @returns `{ sent, failures, kinds, slowest }`; a failure is `{ index, tenant, request, found }`
 */
export async function runBatch(options) {
  const { seed, from, count, maxMs, otherBaseUrl, jobs } = options;
  const inTurn = createQueue();
  const settings = { jobs, timeoutMs: maxMs * 3 };
  const senders = [options.baseUrl, otherBaseUrl].filter(Boolean).map((url) => createSender(url, settings));
  const report = { sent: 0, failures: [], kinds: new Map(), slowest: [] };
  let next = from;

  const one = async (index) => {
    const generated = generateRequest(seed, index);
    if (options.tenants !== undefined && !options.tenants.includes(generated.tenant)) return;
    const judge = () => (otherBaseUrl === undefined ? inspect : differ)(senders, generated, options, report);
    // Two servers may share a database, and sequences are never rolled back: writes one after the other then.
    const alone = otherBaseUrl !== undefined && writes.has(generated.request.method);
    const found = await (alone ? inTurn(judge) : judge());
    report.sent += 1;
    if (found.length > 0) report.failures.push({ ...generated, found });
  };
  const lane = async () => {
    while (next < from + count && report.failures.length < (options.maxFailures ?? Infinity)) {
      await one(next++);
      options.progress?.(next - from);
    }
  };
  await Promise.all(Array.from({ length: jobs }, lane));
  for (const sender of senders) sender.close();
  return report;
}

/** Runs tasks one after the other, whoever brings them. */
function createQueue() {
  let last = Promise.resolve();
  return (task) => {
    const turn = last.then(task);
    last = turn.catch(() => undefined);
    return turn;
  };
}

async function inspect([sender], generated, { maxMs, sameMeaning }, report) {
  const answer = await ask(sender, generated);
  if (answer.failed !== undefined) return [`no answer: ${answer.failed}`];
  count(report, generated, answer);
  const found = violations(generated, answer, { maxMs });
  return sameMeaning ? [...found, ...(await contradictions(sender, generated, answer))] : found;
}

/** Where a request that means the same gets another answer. */
async function contradictions(sender, generated, answer) {
  const found = [];
  for (const { name, request, same } of otherRequests(generated, answer, rowsOf(answer))) {
    const other = await ask(sender, { ...generated, request });
    if (other.failed !== undefined || same(other)) continue;
    const range = other.headers['content-range'];
    found.push({ what: `${name}: ${request.path}`, want: shown(answer), got: `${shown(other)} ${range ?? ''}` });
  }
  return found;
}

const shown = ({ status, body }) => `${status} ${body.toString('utf8', 0, 300)}`;

function rowsOf({ status, headers, body }) {
  if (status >= 300 || !headers['content-type']?.startsWith('application/json')) return undefined;
  try {
    const value = JSON.parse(body.toString('utf8'));
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

async function differ(senders, generated, _options, report) {
  const answers = [];
  for (const sender of senders) {
    if (writes.has(generated.request.method)) await resetSequences(sender);
    answers.push(await ask(sender, generated));
  }
  const [mine, theirs] = answers;
  if (mine.failed ?? theirs.failed)
    return [{ what: 'an answer', want: theirs.failed ?? 'one', got: mine.failed ?? 'one' }];
  count(report, generated, mine);
  const { status, headers, body } = theirs;
  const response = { status, headers: recorded(headers), bodyBase64: body.toString('base64') };
  return compareStep({ request: generated.request, response, compare: looseness(theirs) }, mine);
}

/** The world's own function; what it does to sequences stays although its transaction is undone. */
async function resetSequences(sender) {
  await sender.send('base', {
    method: 'POST',
    path: '/rpc/reset_sequences',
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
  });
}

async function ask(sender, { tenant, request }) {
  try {
    return await sender.send(tenant, request);
  } catch (error) {
    return { failed: error.message };
  }
}

function count(report, { index, request }, answer) {
  const kind = kindOf(answer);
  const before = report.kinds.get(kind);
  report.kinds.set(kind, { count: (before?.count ?? 0) + 1, index: before?.index ?? index });
  report.slowest.push({ ms: Math.round(answer.ms), index, path: `${request.method} ${request.path.slice(0, 100)}` });
  if (report.slowest.length > 50) report.slowest = report.slowest.sort((a, b) => b.ms - a.ms).slice(0, 5);
}

/** What the corpus' rules leave to an implementation (conformance/README.md). */
const notRecorded = ['date', 'server', 'connection', 'keep-alive', 'transfer-encoding', 'x-request-id'];
const recorded = (headers) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !notRecorded.includes(name)));

function looseness({ status, headers, body }) {
  if (/vnd\.pgrst\.plan/.test(headers['content-type'])) return { body: 'presence' };
  if (status < 300) return {};
  const text = body.toString('utf8');
  const code = /"code":"(\w+)"/.exec(text)?.[1];
  if (code === 'PGRST100') return { body: 'code' };
  if (['PGRST200', 'PGRST202', 'PGRST205'].includes(code))
    return text.includes('"hint":') ? { nullness: ['hint'] } : {};
  if (code === 'PGRST201') return { sets: ['details', 'hint'] };
  if (code === 'PGRST203') return { sets: ['message'] };
  if (code === 'PGRST301') return { ignore: ['details'] };
  return {};
}
