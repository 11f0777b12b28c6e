/** The real `neon` command line where it changes a branch: copies of it, its databases and its roles. */
import fs from 'node:fs';
import { jest } from '@jest/globals';
import { createProject, runSql, type TestProject } from './harness/management.js';
import { compatNote, describeCompat, neonCli, type NeonCli } from './harness/neon-cli.js';
import { makeHome } from './harness/perch-process.js';
import { usePerch } from './harness/use-perch.js';

// A start of the command line takes a second, and more beside other specs.
jest.setTimeout(120_000);

describeCompat(`the neon command line on branches${compatNote}`, () => {
  const perch = usePerch();
  let folder: string;
  let neon: NeonCli;
  let project: TestProject;
  let copyUri: string;
  /** For a command on that project. */
  const on = (...args: readonly string[]) => [...args, '--project-id', project.id];
  const names = async () =>
    (await neon.json(...on('branches', 'list'))).map(({ name }: { name: string }) => name).sort();

  beforeAll(async () => {
    folder = makeHome();
    project = await createProject(perch.up, 'branched');
    await runSql(project.connectionUri, `CREATE TABLE kites AS SELECT 'delta' AS name`);
    neon = neonCli(perch.up, folder);
  }, 120_000);

  afterAll(async () => {
    fs.rmSync(folder, { recursive: true, force: true });
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

  test('reset and rename print JSON too', async () => {
    expect(await neon.json(...on('branches', 'rename', 'devel', 'dev'))).toMatchObject({ name: 'dev' });
    const reset = await neon.json(...on('branches', 'reset', 'dev', '--parent'));
    expect(reset).toMatchObject({ name: 'dev', last_reset_at: expect.any(String) });
    await neon.text(...on('branches', 'rename', 'dev', 'devel'));
  });

  test('branches create prints a table, no connection where none is wanted, and no endpoint with --no-compute', async () => {
    const shown = await neon.text(...on('branches', 'create', '--name', 'bare', '--no-compute', '--no-secrets'));
    expect(shown).toMatch(/^Id +br-[a-z]+-[a-z]+-[a-z0-9]{8}$/m);
    expect(shown).not.toMatch(/endpoints|postgresql:/);
    const added = await neon.record(...on('branches', 'add-compute', 'bare', '--type', 'read_write'));
    expect(added).toEqual({
      Id: expect.stringMatching(/^ep-[a-z]+-[a-z]+-[a-z0-9]{8}$/),
      Host: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    });
    const readOnly = await neon.run(...on('branches', 'add-compute', 'bare'));
    expect([readOnly.status, readOnly.stderr]).toEqual([1, expect.stringContaining("only 'read_write' is offered")]);
  });

  test('branches set-expiration sets, changes and takes away the time of a branch', async () => {
    const at = '2030-01-01T00:00:00.000Z';
    const set = await neon.record(...on('branches', 'set-expiration', 'bare', '--expires-at', '2030-01-01'));
    expect(set).toMatchObject({ Name: 'bare', 'Expires At': at });
    const rows = await neon.table(...on('branches', 'list'));
    expect(Object.fromEntries(rows.map((row) => [row['Name'], row['Expires At']]))).toEqual({
      '[default] main': 'never',
      devel: 'never',
      bare: at,
    });
    const refused = await neon.run(...on('branches', 'set-expiration', 'main', '--expires-at', '2030-01-01'));
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringMatching(/^ERROR: .* cannot expire: /)]);
    const cleared = await neon.json(...on('branches', 'set-expiration', 'bare'));
    expect([cleared.name, cleared.expires_at]).toEqual(['bare', undefined]);
  });

  test('a branch whose time has come is deleted by itself, and an operation tells of it', async () => {
    const soon = new Date(Date.now() + 5_000).toISOString();
    const { branch } = await neon.json(...on('branches', 'create', '--name', 'preview', '--expires-at', soon));
    for (const deadline = Date.now() + 60_000; (await names()).includes('preview');) {
      if (Date.now() > deadline) throw new Error('it is still there');
    }
    const operations = await neon.json(...on('operations', 'list'));
    expect(operations[0]).toMatchObject({ action: 'delete_timeline', branch_id: branch.id });
  });

  test('branches schema-diff shows what a branch changed', async () => {
    await runSql(copyUri, 'ALTER TABLE kites ADD tail int; CREATE INDEX tails ON kites (tail)');
    const diff = await neon.text(...on('branches', 'schema-diff', 'main', 'devel', '--database', 'appdb'));
    expect(diff.split('\n').filter((line) => /^[+-](?![+-])/.test(line))).toEqual([
      '-    name text',
      '+    name text,',
      '+    tail integer',
      '+',
      '+CREATE INDEX tails ON public.kites USING btree (tail);',
    ]);
    const back = await neon.text(...on('branches', 'schema-diff', 'devel', '^parent'));
    expect(back).toContain('+CREATE INDEX tails ON public.kites USING btree (tail);');
    const past = await neon.run(...on('branches', 'schema-diff', 'devel', '^self@2026-01-01T00:00:00Z'));
    expect([past.status, past.stderr]).toEqual([1, expect.stringContaining('Perch keeps no history')]);
  });

  test('branches restore takes the data of another branch, and refuses moments of the past', async () => {
    const restored = await neon.run(...on('branches', 'restore', 'devel', '^parent'));
    expect([restored.status, restored.stdout]).toEqual([
      0,
      expect.stringMatching(/^Restored branch\nId +br-\S+\nName +devel$/m),
    ]);
    const json = await neon.json(...on('branches', 'restore', 'devel', 'main'));
    expect(json.restored_branch ?? json).toMatchObject({ name: 'devel' });
    const past = await neon.run(...on('branches', 'restore', 'devel', 'main@2026-01-01T00:00:00Z'));
    expect([past.status, past.stderr]).toEqual([
      1,
      expect.stringContaining("'source_timestamp' is not available here"),
    ]);
    const kept = await neon.run(...on('branches', 'restore', 'devel', 'main', '--preserve-under-name', 'old'));
    expect([kept.status, kept.stderr]).toEqual([
      1,
      expect.stringContaining("'preserve_under_name' is not available here"),
    ]);
    await neon.text(...on('roles', 'list', '--branch', 'devel'));
  });

  test('branches set-default moves the mark', async () => {
    expect(await neon.record(...on('branches', 'set-default', 'devel'))).toMatchObject({ Name: 'devel' });
    expect(await neon.json(...on('branches', 'set-default', 'main'))).toMatchObject({ name: 'main', default: true });
    const marked = (await neon.table(...on('branches', 'list'))).map((row) => row['Name']);
    expect(marked.filter((name) => name?.startsWith('[default]'))).toEqual(['[default] main']);
  });

  test('status shows the branch with what Perch has of it', async () => {
    const shown = await neon.record(...on('status', '--branch', 'devel'));
    expect(JSON.parse(shown['Branch'] ?? '')).toMatchObject({ name: 'devel', isDefault: false, protected: false });
    expect(await neon.json(...on('status', '--branch', 'devel'))).toMatchObject({
      project: { id: project.id, name: 'branched', pgVersion: 18 },
      branch: { name: 'devel' },
      config: { branch: { parent: 'main' } },
    });
    expect(JSON.parse(await neon.text(...on('status', '--branch', 'devel', '--config-json')))).toMatchObject({
      branch: { parent: 'main' },
    });
  });

  test('databases and roles are made and dropped', async () => {
    expect(await neon.record(...on('databases', 'create', '--name', 'extra'))).toMatchObject({ Name: 'extra' });
    const databases = await neon.table(...on('databases', 'list'));
    expect(databases.map((row) => row['Name']).sort()).toEqual(['appdb', 'extra']);
    expect(await neon.json(...on('databases', 'delete', 'extra'))).toMatchObject({ name: 'extra' });
    expect(await neon.json(...on('databases', 'create', '--name', 'again'))).toMatchObject({ name: 'again' });
    expect(await neon.record(...on('databases', 'delete', 'again'))).toMatchObject({ Name: 'again' });
    expect(await neon.json(...on('roles', 'create', '--name', 'helper'))).toMatchObject({ name: 'helper' });
    const roles = await neon.table(...on('roles', 'list'));
    expect(roles.map((row) => row['Name']).sort()).toEqual(['appdb_owner', 'helper']);
    expect(await neon.record(...on('roles', 'delete', 'helper'))).toMatchObject({ Name: 'helper' });
    expect(await neon.record(...on('roles', 'create', '--name', 'other'))).toMatchObject({ Name: 'other' });
    expect(await neon.json(...on('roles', 'delete', 'other'))).toMatchObject({ name: 'other' });
    expect(await neon.table(...on('roles', 'list'))).toHaveLength(1);
  });

  test('branches delete refuses the default branch and deletes another', async () => {
    const refused = await neon.run(...on('branches', 'delete', 'main'));
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringMatching(/^ERROR: /)]);
    expect(await neon.json(...on('branches', 'delete', 'devel'))).toMatchObject({ name: 'devel' });
    expect(await neon.record(...on('branches', 'delete', 'bare'))).toMatchObject({ Name: 'bare' });
    expect(await names()).toEqual(['main']);
    expect(neon.refusedConnections()).toEqual([]);
  });
});
