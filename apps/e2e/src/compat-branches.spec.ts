/** The real `neon` command line where it changes a branch: copies of it, its databases and its roles. */
import fs from 'node:fs';
import { jest } from '@jest/globals';
import { createProject, runSql, type TestProject } from './harness/management.js';
import { compatNote, describeCompat, neonCli, type NeonCli } from './harness/neon-cli.js';
import { findPortBase, makeHome, startPerch, type PerchProcess } from './harness/perch-process.js';

// A start of the command line takes a second, and more beside other specs.
jest.setTimeout(120_000);

describeCompat(`the neon command line on branches${compatNote}`, () => {
  let home: string;
  let folder: string;
  let perch: PerchProcess;
  let neon: NeonCli;
  let project: TestProject;
  let copyUri: string;
  /** For a command on that project. */
  const on = (...args: readonly string[]) => [...args, '--project-id', project.id];
  const names = async () =>
    (await neon.json(...on('branches', 'list'))).map(({ name }: { name: string }) => name).sort();

  beforeAll(async () => {
    home = makeHome();
    folder = makeHome();
    perch = await startPerch({ home, portBase: await findPortBase() });
    project = await createProject(perch.up, 'branched');
    await runSql(project.connectionUri, `CREATE TABLE kites AS SELECT 'delta' AS name`);
    neon = neonCli(perch.up, folder);
  }, 120_000);

  afterAll(async () => {
    await perch?.stop();
    for (const made of [home, folder]) fs.rmSync(made, { recursive: true, force: true });
  });

  test('branches create makes a copy with an endpoint of its own', async () => {
    const made = await neon.json(...on('branches', 'create', '--name', 'dev'));
    expect(made.branch).toMatchObject({ name: 'dev', parent_id: project.branchId, default: false });
    expect(made.endpoints).toEqual([expect.objectContaining({ branch_id: made.branch.id, type: 'read_write' })]);
    copyUri = made.connection_uris[0].connection_uri;
    await runSql(project.connectionUri, `INSERT INTO kites VALUES ('of the parent')`);
    expect((await runSql(copyUri, 'SELECT name FROM kites')).rows).toEqual([{ name: 'delta' }]);
    const rows = await neon.table(...on('branches', 'list'));
    expect(rows.map((row) => [row['Name'], row['Current State']])).toEqual(
      expect.arrayContaining([
        ['dev', 'ready'],
        ['[default] main', 'ready'],
      ]),
    );
  });

  test('branches rename and reset --parent', async () => {
    expect(await neon.record(...on('branches', 'rename', 'dev', 'devel'))).toMatchObject({ Name: 'devel' });
    expect(await names()).toEqual(['devel', 'main']);
    expect(await neon.record(...on('branches', 'reset', 'devel', '--parent'))).toMatchObject({ Name: 'devel' });
    // Waits for the reset: a busy branch answers 423, which the command line sends again.
    await neon.text(...on('roles', 'create', '--name', 'waited', '--branch', 'devel'));
    expect((await runSql(copyUri, 'SELECT name FROM kites ORDER BY name')).rows).toEqual([
      { name: 'delta' },
      { name: 'of the parent' },
    ]);
  });

  test('databases and roles are made and dropped', async () => {
    expect(await neon.record(...on('databases', 'create', '--name', 'extra'))).toMatchObject({ Name: 'extra' });
    const databases = await neon.table(...on('databases', 'list'));
    expect(databases.map((row) => row['Name']).sort()).toEqual(['appdb', 'extra']);
    expect(await neon.json(...on('databases', 'delete', 'extra'))).toMatchObject({ name: 'extra' });
    expect(await neon.json(...on('roles', 'create', '--name', 'helper'))).toMatchObject({ name: 'helper' });
    const roles = await neon.table(...on('roles', 'list'));
    expect(roles.map((row) => row['Name']).sort()).toEqual(['appdb_owner', 'helper']);
    expect(await neon.record(...on('roles', 'delete', 'helper'))).toMatchObject({ Name: 'helper' });
    expect(await neon.table(...on('roles', 'list'))).toHaveLength(1);
  });

  test('branches delete refuses the default branch and deletes another', async () => {
    const refused = await neon.run(...on('branches', 'delete', 'main'));
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringMatching(/^ERROR: /)]);
    expect(await neon.json(...on('branches', 'delete', 'devel'))).toMatchObject({ name: 'devel' });
    expect(await names()).toEqual(['main']);
    expect(neon.refusedConnections()).toEqual([]);
  });
});
