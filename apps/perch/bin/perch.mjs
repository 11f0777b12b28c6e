#!/usr/bin/env node
// The `perch` command. It only loads the built program, so that a missing build is named and not a stack trace.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = new URL('../dist/main.js', import.meta.url);
if (!existsSync(fileURLToPath(program))) {
  process.stderr.write('perch is not built yet: run `npm run build` first\n');
  process.exit(1);
}
await import(program.href);
