// A process that asks at a fixed rate, whatever the answers take: an answer's time counts from when its request was due, so that
// a server that falls behind cannot hide it.
// Comes in by message: { port, targets: [{ host, path, status }], zipf, rate, seconds, connections, seed }; goes out: 'warm', then
// { p50Ms, p99Ms, maxMs, total, failed }.
import { openLane, requestBytes } from '../lane.mjs';
import { percentile, randomNumbers, zipfPicker } from './numbers.mjs';

process.once('message', async ({ port, targets, zipf = false, rate, seconds, connections = 32, seed = 1 }) => {
  const requests = targets.map(({ host, path }) => requestBytes({ method: 'GET', path, headers: {} }, host));
  const random = randomNumbers(seed);
  const pick = zipf ? zipfPicker(targets.length, random) : () => Math.floor(random() * targets.length);
  const idle = await Promise.all(Array.from({ length: connections }, () => openLane(port)));
  const lanes = [...idle];
  const due = [];
  const latencies = [];
  let failed = 0;
  let counting = false;

  const next = () => {
    while (idle.length > 0 && due.length > 0) void ask(idle.pop(), due.shift());
  };
  const ask = async (lane, { at, target }) => {
    const counts = counting;
    const status = await lane.send(requests[target]).catch(() => 0);
    idle.push(lane);
    if (counts) {
      latencies.push(performance.now() - at);
      if (status !== (targets[target].status ?? 200)) failed += 1;
    }
    next();
  };

  const run = async (forMs) => {
    const startedAt = performance.now();
    for (let sent = 0; ;) {
      const now = performance.now();
      if (now - startedAt >= forMs) return;
      for (; startedAt + (sent * 1_000) / rate <= now; sent += 1) {
        due.push({ at: startedAt + (sent * 1_000) / rate, target: pick() });
      }
      next();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  await run(2_000);
  process.send('warm');
  counting = true;
  await run(seconds * 1_000);
  while (idle.length < lanes.length || due.length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  latencies.sort((a, b) => a - b);
  process.send({
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
    maxMs: latencies.at(-1) ?? 0,
    total: latencies.length,
    failed,
  });
  for (const lane of lanes) lane.close();
  process.disconnect();
});
