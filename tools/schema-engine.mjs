#!/usr/bin/env node
/**
 * Stands in for Prisma's native schema engine, which has to be downloaded: the same JSON-RPC on standard input and
 * output, answered by the engine's WebAssembly build from npm over the `pg` driver. prisma.config.ts points the Prisma
 * command line here, so `prisma generate | migrate | db ...` work without a network.
 */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import readline from 'node:readline';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { SchemaEngineAdapter, canConnect, createDatabase, dropDatabase, runScript } from './schema-engine/adapter.mjs';

const require = createRequire(import.meta.url);
const wasmDir = path.dirname(require.resolve('@prisma/schema-engine-wasm'));
const argument = (name) => process.argv.flatMap((value, at) => (value === name ? [process.argv[at + 1]] : []));
const datasource = JSON.parse(argument('--datasource')[0] ?? '{}');
const url = datasource.url ?? process.env.DATABASE_URL;

/** The command line reads the engine's log lines from standard error as JSON. */
function log(level, message, extra = {}) {
  const line = {
    timestamp: new Date().toISOString(),
    level,
    fields: { message, ...extra },
    target: 'schema_engine::logger',
  };
  process.stderr.write(`${JSON.stringify(line)}\n`);
}

if (process.argv.includes('--version')) {
  const manifest = JSON.parse(fs.readFileSync(path.join(wasmDir, 'package.json'), 'utf8'));
  process.stdout.write(`schema-engine-wasm ${manifest.version}\n`);
} else if (process.argv.includes('cli')) {
  await answerCommand(process.argv[process.argv.indexOf('cli') + 1]);
} else {
  await serve();
}

/** One-shot commands: `cli create-database | drop-database | can-connect-to-database`. */
async function answerCommand(command) {
  try {
    if (command === 'create-database') await createDatabase(url);
    else if (command === 'drop-database') await dropDatabase(url);
    else await canConnect(url);
  } catch (error) {
    const codes = { '3D000': 'P1003', '28P01': 'P1000' };
    // The command line skips the first line before it looks for the error.
    log('INFO', 'connection check');
    log('ERROR', String(error.message || error.code), { error_code: codes[error.code] ?? 'P1001', is_panic: false });
    process.exitCode = 1;
  }
}

async function loadEngine(adapter) {
  globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => log('ERROR', message, { is_panic: true }) };
  const glue = await import(path.join(wasmDir, 'schema_engine_bg.js'));
  const wasm = fs.readFileSync(path.join(wasmDir, 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  const models = argument('--datamodels').map((file) => [file, fs.readFileSync(file, 'utf8')]);
  const onLog = (message) => process.env.DEBUG && log('INFO', String(message));
  const options = { datamodels: models.length > 0 ? models : undefined };
  return glue.SchemaEngine.new(options, onLog, bindMigrationAwareSqlAdapterFactory(adapter));
}

/** Answers one request after the other until standard input closes. */
async function serve() {
  const adapter = new SchemaEngineAdapter({ url, shadowUrl: datasource.shadowDatabaseUrl });
  let engine;
  const call = async (method, params) => {
    if (method === 'createDatabase') return createDatabase(url);
    if (method === 'dbExecute') return runScript(url, params.script);
    engine ??= await loadEngine(adapter);
    const name = method === 'getDatabaseVersion' ? 'version' : method;
    return (await engine[name](params)) ?? {};
  };
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    if (!request.method) continue;
    const reply = await answer(call, request);
    // Before the reply, since the command line ends this process as soon as it has one.
    await adapter.dropShadowDatabases();
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
  process.exit(0);
}

async function answer(call, { id, method, params }) {
  try {
    const result = await call(method, params);
    if (method === 'diff' && result.stdout) print(id, result.stdout);
    return { jsonrpc: '2.0', id, result };
  } catch (error) {
    const data = {
      is_panic: false,
      message: String(error?.message ?? error),
      error_code: error?.code,
      meta: error?.meta,
    };
    return {
      jsonrpc: '2.0',
      id,
      error: { code: 4466, message: 'An error happened. Check the data field for details.', data },
    };
  }
}

/** What a `diff` shows goes out as a request of the engine to the command line. */
function print(requestId, content) {
  const request = { jsonrpc: '2.0', id: 900_000 + requestId, method: 'print', params: { content } };
  process.stdout.write(`${JSON.stringify(request)}\n`);
}
