/** Promise: branches go to sleep and wake under their clients, and no read fails of it; a write runs once or says that it did not. */
import fs from 'node:fs';
import path from 'node:path';
import { callApi, createProject, runSql, type TestProject } from './harness/management.js';
import { eventually } from './harness/perch-process.js';
import { usePerch } from './harness/use-perch.js';

const READERS = 8;
const WRITERS = 4;
const CYCLES = 6;

describe('suspensions under load', () => {
  const perch = usePerch();
  let project: TestProject;
  let url: string;

  beforeAll(async () => {
    project = await createProject(perch.up, 'sleepy');
    await runSql(
      project.connectionUri,
      `create table notes (id int primary key);
       create table calls (id text primary key);
       insert into notes select generate_series(1, 100);
       create function slow() returns int stable language sql as $$ select 1 from pg_sleep(0.05) $$;`,
    );
    const route = `/projects/${project.id}/branches/${project.branchId}/data-api`;
    const { body } = await callApi(perch.up, 'POST', route, { add_default_grants: true });
    url = body.url;
    await runSql(project.connectionUri, 'grant insert, select on calls to anonymous');
    await eventually('it answers', async () => ((await fetch(`${url}/notes`)).ok ? true : undefined));
  }, 120_000);

  const endpoint = () => `/projects/${project.id}/endpoints/${project.endpointId}`;

  test('no read fails, and every write is there once or was refused', async () => {
    // A second try begins as the first.
    await runSql(project.connectionUri, 'truncate calls');
    let running = true;
    let reads = 0;
    const failures: string[] = [];
    const tell = async (response: Response) =>
      failures.push(`${response.status} ${response.headers.get('retry-after')} ${await response.text()}`);
    const paths = ['/notes?select=id&id=eq.7', '/rpc/slow', '/notes?limit=3'];
    const read = async (reader: number) => {
      for (let n = reader; running; n += 1) {
        const response = await fetch(url + paths[n % paths.length]);
        if (response.status === 200) await response.arrayBuffer();
        else await tell(response);
        reads += 1;
      }
    };
    const written: string[] = [];
    const refused: string[] = [];
    const write = async (writer: number) => {
      for (let n = 0; running; n += 1) {
        const id = `${writer}-${n}`;
        const body = JSON.stringify({ id });
        const response = await fetch(`${url}/calls`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        });
        if (response.status === 201) written.push(id);
        else if (response.status === 503 && response.headers.get('retry-after') !== null) refused.push(id);
        else await tell(response);
      }
    };
    const clients = [
      ...Array.from({ length: READERS }, (_, reader) => read(reader)),
      ...Array.from({ length: WRITERS }, (_, writer) => write(writer)),
    ];
    for (let cycle = 0; cycle < CYCLES; cycle += 1) {
      const before = reads;
      await eventually('they read', async () => (reads > before + 50 ? true : undefined), 60_000);
      const { status, body } = await callApi(perch.up, 'POST', `${endpoint()}/suspend`);
      if (status !== 200) failures.push(`suspend answered ${status} ${JSON.stringify(body)}`);
    }
    const last = reads;
    await eventually('they read on', async () => (reads > last + 50 ? true : undefined), 60_000);
    running = false;
    await Promise.all(clients);
    expect(failures).toEqual([]);
    const { body: done } = await callApi(perch.up, 'GET', `/projects/${project.id}/operations?limit=100`);
    const suspended = done.operations.filter(
      (one: { action: string; status: string }) => one.action === 'suspend_compute' && one.status === 'finished',
    );
    expect(suspended.length).toBeGreaterThanOrEqual(CYCLES);
    const { rows } = await runSql(project.connectionUri, 'select id from calls');
    const kept = new Set(rows.map(({ id }: { id: string }) => id));
    expect(written.filter((id) => !kept.has(id))).toEqual([]);
    expect(kept.size).toBeLessThanOrEqual(written.length + refused.length);
  }, 240_000);

  test('a hundred first requests at once wake it once, and asleep it has no process', async () => {
    const starts = async () => {
      const { body } = await callApi(perch.up, 'GET', `/projects/${project.id}/operations?limit=1000`);
      return body.operations.filter(({ action }: { action: string }) => action === 'start_compute').length;
    };
    await callApi(perch.up, 'POST', `${endpoint()}/suspend`);
    const isIdle = async () =>
      (await callApi(perch.up, 'GET', endpoint())).body.endpoint.current_state === 'idle' ? true : undefined;
    await eventually('it sleeps', isIdle, 60_000);
    const note = path.join(perch.home, 'endpoints', project.endpointId, 'data', 'postmaster.pid');
    expect(fs.existsSync(note)).toBe(false);
    const before = await starts();
    const answers = await Promise.all(Array.from({ length: 100 }, () => fetch(`${url}/notes?select=id&id=eq.7`)));
    const told = await Promise.all(answers.map(async (answer) => `${answer.status} ${await answer.text()}`));
    expect(new Set(told)).toEqual(new Set(['200 [{"id":7}]']));
    expect(await starts()).toBe(before + 1);
  }, 120_000);
});
