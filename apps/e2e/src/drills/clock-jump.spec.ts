/**
 * Drill: the clock of a proxy jumps by an hour, forward and back, under load. Requests go on, tokens are judged by the time
 * that the clock shows. (What the pools make of it: libs/postgres/src/pools.db.spec.ts.)
 */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { createTestDatabase, type TestDatabase } from '../../../../tools/testing/test-database.js';
import { ask } from '../harness/ask.js';
import { startLoad } from '../harness/load.js';
import { eventually, makeHome } from '../harness/perch-process.js';
import { signToken } from '../harness/proxy-process.js';
import { serveTenants, type TenantsProxies } from '../harness/served-tenants.js';

/** Loaded before the program: wall-clock time plus as many milliseconds as a file says, read again at SIGUSR2. */
const SHIFT = (file: string) => `
  const fs = require('node:fs');
  const RealDate = Date;
  let shift = 0;
  process.on('SIGUSR2', () => { shift = Number(fs.readFileSync(${JSON.stringify(file)}, 'utf8')); });
  globalThis.Date = class extends RealDate {
    constructor(...given) { if (given.length === 0) super(RealDate.now() + shift); else super(...given); }
    static now() { return RealDate.now() + shift; }
  };
`;
const HOUR_MS = 3_600_000;

describe('a clock that jumps', () => {
  const anon = `anon_${randomBytes(4).toString('hex')}`;
  const secret = 'a secret of more than thirty-two bytes';
  let home: string;
  let database: TestDatabase;
  let served: TenantsProxies;

  beforeAll(async () => {
    home = makeHome();
    fs.writeFileSync(path.join(home, 'shift.cjs'), SHIFT(path.join(home, 'shift')));
    database = await createTestDatabase();
    await database.query(
      `create role ${anon} nologin; create table notes (id int primary key); insert into notes values (1);
       grant select on notes to ${anon}`,
    );
    const tenant = { name: 'a', hostnames: ['127.0.0.1'], database_url: database.url, jwt: { secret } };
    const settings = { db_anon_role: anon, rate_limit: { requests_per_second: 100_000, burst: 100_000 } };
    const env = { NODE_OPTIONS: `--require ${path.join(home, 'shift.cjs')}` };
    served = await serveTenants([{ ...tenant, settings }], [{ env }]);
  }, 240_000);
  afterAll(async () => {
    await served?.stop();
    await database.query(`drop owned by ${anon}; drop role ${anon}`);
    await database.drop();
    fs.rmSync(home, { recursive: true, force: true });
  }, 60_000);

  test('by an hour, forward and back', async () => {
    const [proxy] = served.proxies;
    if (proxy === undefined) throw new Error('no proxy');
    const now = Math.floor(Date.now() / 1000);
    const token = signToken({ role: anon, exp: now + 1_800, iat: now }, secret);
    const load = startLoad({ urls: [proxy.url], request: () => ({ path: '/notes' }) });
    const withToken = async () =>
      (await ask(proxy.url, { path: '/notes', headers: { authorization: `Bearer ${token}` } })).status;
    const jump = async (shiftMs: number, expected: number) => {
      fs.writeFileSync(path.join(home, 'shift'), String(shiftMs));
      process.kill(proxy.pid, 'SIGUSR2');
      await eventually(`a token is judged by a clock ${shiftMs} ms off`, async () =>
        (await withToken()) === expected ? true : undefined,
      );
      await load.more(200);
    };
    await jump(0, 200);
    await jump(HOUR_MS, 401);
    await jump(0, 200);
    await jump(-HOUR_MS, 401);
    await jump(0, 200);
    await jump(-HOUR_MS, 401);
    const { failed, failures } = await load.stop();
    expect([failed, failures]).toEqual([0, []]);
  }, 300_000);
});
