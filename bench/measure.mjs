// Runs `once` on every lane, again and again, for some seconds after a second of warming up.
const WARM_UP_MS = 1_000;

export async function measure(lanes, seconds, once) {
  const latenciesMs = [];
  const begin = performance.now() + WARM_UP_MS;
  const end = begin + seconds * 1_000;
  const cpuBefore = process.cpuUsage();
  let total = 0;
  await Promise.all(
    lanes.map(async (lane) => {
      for (;;) {
        const started = performance.now();
        if (started >= end) return;
        await once(lane);
        total += 1;
        const now = performance.now();
        if (now >= begin && now < end) latenciesMs.push(now - started);
      }
    }),
  );
  const { user, system } = process.cpuUsage(cpuBefore);
  latenciesMs.sort((a, b) => a - b);
  const at = (share) => latenciesMs[Math.floor(latenciesMs.length * share)] ?? 0;
  return {
    perSecond: latenciesMs.length / seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    // All that was done, warming up included, and the time that this process spent on it.
    total,
    cpuMicroseconds: user + system,
  };
}
