import fs from 'node:fs';

export default async function globalTeardown() {
  const started = globalThis.__perchTestPostgres;
  if (started === undefined) return;
  await started.server.stop();
  fs.rmSync(started.dataDir, { recursive: true, force: true });
}
