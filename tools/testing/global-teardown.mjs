import fs from 'node:fs';

export default async function globalTeardown() {
  const { server, dataDir } = globalThis.__perchTestPostgres;
  await server.stop();
  fs.rmSync(dataDir, { recursive: true, force: true });
}
