// Prisma's command line for this workspace. The stand-in schema engine keeps every command off the network.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
// Read by prisma while it loads its engines, so it has to be set before its configuration is imported.
process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= path.join(here, 'tools/schema-engine.mjs');

const { defineConfig } = await import('prisma/config');

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env['DATABASE_URL'] ?? 'postgresql://perch@127.0.0.1:4050/perch' },
});
