/** A project with a parent branch on planes of its own, what is done to its branches, and what must hold whenever that is done. */
import fs from 'node:fs';
import path from 'node:path';
import { callApi, createProject, runSql, type TestProject } from './management.js';
import { eventually } from './perch-process.js';
import { serversBelow, startPlanes, type Planes, type PlanesOptions } from './planes.js';

export interface Branch {
  readonly id: string;
  readonly name: string;
}

export interface BranchOperation {
  readonly id: string;
  readonly action: string;
  readonly status: string;
  readonly error?: string;
  readonly branch_id: string;
  readonly perch: { readonly steps: readonly { readonly name: string; readonly status: string }[] };
}

export interface BranchStage {
  readonly planes: Planes;
  readonly project: TestProject;
  /** Calls below the project. */
  call(method: string, route: string, body?: unknown): ReturnType<typeof callApi>;
  branches(): Promise<readonly Branch[]>;
  create(name: string): ReturnType<typeof callApi>;
  reset(branch: Branch): ReturnType<typeof callApi>;
  remove(branch: Branch): ReturnType<typeof callApi>;
  /** SQL on a branch as its owner. */
  run(branch: Branch, sql: string): ReturnType<typeof runSql>;
  /** Of the project, once none is under way any more. */
  settled(): Promise<readonly BranchOperation[]>;
  /** Rows of `kept` through the branch's own data API. */
  rows(branch: Branch): Promise<unknown>;
  /** Where the data directories of branches are seen from here. */
  readonly endpointsDir: string;
  /** What is on the disk below `endpoints`, whose it ought to be, and which servers run. */
  audit(): Promise<Audit>;
  close(): Promise<void>;
}

export interface Audit {
  /** Below `endpoints`, two levels deep. */
  readonly files: readonly string[];
  readonly states: readonly string[];
  /** Endpoint ids of servers that run. */
  readonly running: readonly string[];
  readonly slots: number;
}

/** What `audit` gives when each endpoint is whole and awake, and nothing else is left. */
export const cleanAudit = (endpointIds: readonly string[]): Audit => ({
  files: endpointIds.map((id) => path.join(id, 'data')).sort(),
  states: endpointIds.map(() => 'ready'),
  running: [...endpointIds].sort(),
  slots: 0,
});

/** Milliseconds: a job whose worker was killed is taken up again after seven seconds, and the machine may be busy. */
const SETTLE_MS = 120_000;

/** @param rowsOfText rows of 1 KB that make the parent big. */
export async function openBranchStage(options: PlanesOptions, rowsOfText = 1_000): Promise<BranchStage> {
  const planes = await startPlanes(options);
  // The worker may have a disk that nobody else sees.
  const diskOf = (directory: string) =>
    options.launch === undefined ? directory : path.join('/proc', String(planes.worker.pid), 'root', directory);
  const { up } = planes;
  const project = await createProject(up, 'stage').catch(async (error: unknown) => {
    await planes.close();
    throw error;
  });
  const at = `/projects/${project.id}`;
  const call: BranchStage['call'] = (method, route, body) => callApi(up, method, at + route, body);
  const uriOf = async ({ id }: Branch) => {
    const query = `branch_id=${id}&database_name=${project.database}&role_name=${project.database}_owner`;
    const { body } = await call('GET', `/connection_uri?${query}`);
    return body.uri as string;
  };
  const settled = () =>
    eventually(
      'no operation is under way',
      async () => {
        const { body } = await call('GET', '/operations?limit=200');
        const operations: readonly BranchOperation[] = body.operations;
        const isOver = operations.every(({ status }) => ['finished', 'failed', 'cancelled'].includes(status));
        return isOver ? operations : undefined;
      },
      SETTLE_MS,
    );
  await settled();
  await runSql(
    project.connectionUri,
    `create table kept as select 7 as n;
     create table bulk as select n, repeat(md5(n::text), 32) as text from generate_series(1, ${rowsOfText}) n`,
  );
  await call('POST', `/branches/${project.branchId}/data-api`, {});
  await settled();
  return {
    planes,
    project,
    endpointsDir: diskOf(path.join(planes.home, 'endpoints')),
    call,
    settled,
    branches: async () => (await call('GET', '/branches')).body.branches,
    create: (name) => call('POST', '/branches', { branch: { name }, endpoints: [{ type: 'read_write' }] }),
    reset: ({ id }) => call('POST', `/branches/${id}/restore`, { source_branch_id: project.branchId }),
    remove: ({ id }) => call('DELETE', `/branches/${id}`),
    run: async (branch, sql) => runSql(await uriOf(branch), sql),
    async rows({ id }) {
      const { body } = await call('GET', `/branches/${id}/data-api`);
      // A proxy that did not hear of it yet asks the control plane, which may be on its way up.
      const ask = async () => {
        const response = await fetch(`${body.url}/kept?order=n`);
        return response.status === 503 ? undefined : ((await response.json()) as unknown);
      };
      return eventually('its data API answers', ask, 60_000);
    },
    async audit() {
      const directory = path.join(planes.home, 'endpoints');
      const { body } = await call('GET', '/branches');
      const { rows } = await runSql(project.connectionUri, 'select count(*)::int as n from pg_replication_slots');
      return {
        files: listTwoDeep(diskOf(directory)),
        states: body.branches.map((one: { current_state: string; pending_state?: string }) =>
          one.pending_state === undefined ? one.current_state : `${one.current_state} > ${one.pending_state}`,
        ),
        running: serversBelow(directory)
          .map(({ endpointId }) => endpointId)
          .sort(),
        slots: rows[0].n,
      };
    },
    close: () => planes.close(),
  };
}

function listTwoDeep(directory: string): readonly string[] {
  const inside = (name: string) => {
    const file = path.join(directory, name);
    return fs.statSync(file).isDirectory() ? fs.readdirSync(file).map((inner) => path.join(name, inner)) : [name];
  };
  return fs.readdirSync(directory).flatMap(inside).sort();
}
