// Runs `once` on every lane, again and again: until everything involved is warm, or for some seconds that count.

/** A just-in-time compiler needs some thousand requests, on a busy machine many seconds for them. */
const WARM_UP = { requests: 6_000, maxMs: 15_000 };

export async function measure(lanes, seconds, once) {
  const latenciesMs = [];
  const cpuBefore = process.cpuUsage();
  const end = performance.now() + seconds * 1_000;
  await Promise.all(
    lanes.map(async (lane) => {
      for (let started = performance.now(); started < end;) {
        await once(lane);
        const now = performance.now();
        latenciesMs.push(now - started);
        started = now;
      }
    }),
  );
  const { user, system } = process.cpuUsage(cpuBefore);
  latenciesMs.sort((a, b) => a - b);
  const at = (share) => latenciesMs[Math.floor(latenciesMs.length * share)] ?? 0;
  return {
    total: latenciesMs.length,
    perSecond: latenciesMs.length / seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    cpuMicroseconds: user + system,
  };
}

export async function warmUp(lanes, once) {
  let left = WARM_UP.requests;
  const end = performance.now() + WARM_UP.maxMs;
  await Promise.all(
    lanes.map(async (lane) => {
      while (left > 0 && performance.now() < end) {
        left -= 1;
        await once(lane);
      }
    }),
  );
}
