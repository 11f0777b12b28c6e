/** The libraries that people script Neon with, unchanged, where they change branches and what is on them. */
import { jest } from '@jest/globals';
import { startIssuer, type Issuer } from './harness/issuer.js';
import { createProject, runSql, type TestProject } from './harness/management.js';
import { compatNote, describeCompat, importCompat } from './harness/neon-cli.js';
import { usePerch } from './harness/use-perch.js';

jest.setTimeout(120_000);

describeCompat(`client libraries on branches${compatNote}`, () => {
  const perch = usePerch();
  let issuer: Issuer;

  beforeAll(async () => {
    issuer = await startIssuer();
  }, 120_000);

  afterAll(async () => {
    await issuer?.close();
  });

  describe('@neon/sdk', () => {
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    let neon: any;
    let project: TestProject;
    let projectId: string;
    let branchId: string;

    beforeAll(async () => {
      const { createNeonClient } = await importCompat('@neon/sdk');
      neon = createNeonClient({
        apiKey: perch.up.api_key,
        baseUrl: perch.up.api_url,
        throwOnError: true,
        waitForReadiness: true,
        wait: { pollIntervalMs: 50, timeoutMs: 60_000 },
      });
      project = await createProject(perch.up, 'by-sdk');
      projectId = project.id;
      await runSql(project.connectionUri, `CREATE TABLE kites AS SELECT 'delta' AS name`);
    });

    test('createAndConnect waits for the copy and gives a URL that connects', async () => {
      const { branch, connectionString } = await neon.branches.createAndConnect({ projectId, name: 'dev' });
      branchId = branch.id;
      expect((await runSql(connectionString, 'SELECT name FROM kites')).rows).toEqual([{ name: 'delta' }]);
      await runSql(connectionString, 'ALTER TABLE kites ADD tail int');
    });

    test('compares, expires, resets, and moves the default', async () => {
      const compared = await neon.branches.compareSchema({ projectId, branchId, databaseName: 'appdb' });
      expect(JSON.stringify(compared)).toContain('+    tail integer');
      const expires_at = '2030-01-01T00:00:00Z';
      expect(await neon.branches.update({ projectId, branchId, expires_at })).toMatchObject({
        expires_at: '2030-01-01T00:00:00.000Z',
      });
      const cleared = await neon.branches.update({ projectId, branchId, expires_at: null });
      expect(cleared.expires_at).toBeUndefined();
      await neon.branches.resetFromParent({ projectId, branchId });
      const uri = await neon.postgres.connectionString({ projectId, branchId });
      expect((await runSql(uri, 'SELECT * FROM kites')).rows).toEqual([{ name: 'delta' }]);
      expect(await neon.branches.setDefault({ projectId, branchId })).toMatchObject({ default: true });
      expect(await neon.branches.getDefault({ projectId })).toMatchObject({ id: branchId });
      await neon.branches.setDefault({ projectId, branchId: project.branchId });
    });

    test('makes roles and databases, gives new passwords, and takes them away', async () => {
      const target = { projectId, branchId };
      const role = await neon.postgres.roles.create({ ...target, name: 'keeper' });
      expect(role).toMatchObject({ name: 'keeper' });
      await neon.postgres.databases.create({ ...target, name: 'extra', owner_name: 'keeper' });
      const names = (await neon.postgres.databases.list(target)).map(({ name }: { name: string }) => name);
      expect(names).toEqual(['appdb', 'extra']);
      const before = await neon.postgres.roles.password({ ...target, roleName: 'keeper' });
      await neon.postgres.roles.resetPassword({ ...target, roleName: 'keeper' });
      expect(await neon.postgres.roles.password({ ...target, roleName: 'keeper' })).not.toEqual(before);
      await neon.postgres.databases.delete({ ...target, databaseName: 'extra' });
      await neon.postgres.roles.delete({ ...target, roleName: 'keeper' });
      expect(await neon.postgres.roles.list(target)).toHaveLength(1);
    });

    test('suspends, starts and restarts an endpoint', async () => {
      const [endpoint] = await neon.postgres.endpoints.listByBranch({ projectId, branchId });
      const target = { projectId, endpointId: endpoint.id };
      await neon.postgres.endpoints.suspend(target);
      expect((await neon.postgres.endpoints.get(target)).current_state).toBe('idle');
      await neon.postgres.endpoints.start(target);
      await neon.postgres.endpoints.restart(target);
      expect((await neon.postgres.endpoints.get(target)).current_state).toBe('active');
    });

    test('deletes the branch, then the project', async () => {
      await neon.branches.delete({ projectId, branchId });
      expect(await neon.branches.list({ projectId }).all()).toHaveLength(1);
      expect(await neon.projects.delete({ projectId })).toMatchObject({ id: projectId });
    });
  });

  describe('@neondatabase/api-client', () => {
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    let api: any;
    let project: TestProject;
    let projectId: string;
    let branchId: string;
    let endpointId: string;

    /** As its users have to: until no operation of the project is under way. */
    const idle = async () => {
      for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
        const { operations } = (await api.listProjectOperations({ projectId })).data;
        const open = operations.filter(({ status }: { status: string }) => /scheduling|running/.test(status));
        if (open.length === 0) return;
      }
      throw new Error('the project is still busy');
    };

    beforeAll(async () => {
      const { createApiClient } = await importCompat('@neondatabase/api-client');
      api = createApiClient({ apiKey: perch.up.api_key, baseURL: perch.up.api_url });
      project = await createProject(perch.up, 'by-api-client');
      projectId = project.id;
    });

    test('knows who it is and where it is', async () => {
      expect((await api.getAuthDetails()).data).toMatchObject({ auth_method: 'api_key_user' });
      expect((await api.getCurrentUserInfo()).data.login).toBe('perch');
      const { organizations } = (await api.getCurrentUserOrganizations()).data;
      expect(organizations).toEqual([expect.objectContaining({ name: 'Perch' })]);
      expect((await api.getOrganization(organizations[0].id)).data).toEqual(organizations[0]);
      expect((await api.getActiveRegions()).data.regions).toHaveLength(1);
    });

    test('makes a branch, finds it, and changes it', async () => {
      const made = await api.createProjectBranch(projectId, {
        branch: { name: 'dev' },
        endpoints: [{ type: 'read_write' }],
      });
      expect(made.status).toBe(201);
      branchId = made.data.branch.id;
      endpointId = made.data.endpoints[0].id;
      await idle();
      const found = (await api.listProjectBranches({ projectId, search: 'dev', sort_by: 'name', limit: 1 })).data;
      expect(found.branches).toEqual([expect.objectContaining({ id: branchId, current_state: 'ready' })]);
      expect((await api.countProjectBranches({ projectId })).data).toEqual({ count: 2 });
      const patched = await api.updateProjectBranch(projectId, branchId, {
        branch: { name: 'devel', protected: true },
      });
      expect(patched.data.branch).toMatchObject({ name: 'devel', protected: true });
      await expect(api.deleteProjectBranch({ projectId, branchId })).rejects.toMatchObject({
        response: { status: 422 },
      });
      await api.updateProjectBranch(projectId, branchId, { branch: { protected: false } });
    });

    test('reads and compares schemas', async () => {
      const uri = (
        await api.getConnectionUri({ projectId, branch_id: branchId, database_name: 'appdb', role_name: 'appdb_owner' })
      ).data.uri;
      await runSql(uri, 'CREATE TABLE only_here (id int)');
      const { sql } = (await api.getProjectBranchSchema({ projectId, branchId, db_name: 'appdb' })).data;
      expect(sql).toContain('CREATE TABLE public.only_here (');
      const compared = await api.getProjectBranchSchemaComparison({ projectId, branchId, db_name: 'appdb' });
      expect(compared.data.diff).toContain('+CREATE TABLE public.only_here (');
      expect(compared.data.diff).toMatch(/^--- main\/appdb\n\+\+\+ devel\/appdb\n/);
    });

    test('makes roles and databases and takes them away', async () => {
      const role = await api.createProjectBranchRole(projectId, branchId, { role: { name: 'keeper' } });
      expect([role.status, role.data.role.password]).toEqual([201, expect.any(String)]);
      const reset = await api.resetProjectBranchRolePassword(projectId, branchId, 'keeper');
      expect(reset.data.role.password).not.toBe(role.data.role.password);
      const database = { database: { name: 'extra', owner_name: 'keeper' } };
      expect((await api.createProjectBranchDatabase(projectId, branchId, database)).status).toBe(201);
      const renamed = { database: { name: 'other' } };
      const { data } = await api.updateProjectBranchDatabase(projectId, branchId, 'extra', renamed);
      expect(data.database.name).toBe('other');
      expect((await api.deleteProjectBranchDatabase(projectId, branchId, 'other')).status).toBe(200);
      expect((await api.deleteProjectBranchRole(projectId, branchId, 'keeper')).status).toBe(200);
      expect((await api.deleteProjectBranchRole(projectId, branchId, 'keeper')).status).toBe(204);
    });

    test('adds a provider for the project and removes it', async () => {
      const provider = { jwks_url: issuer.jwksUrl, provider_name: 'ours', jwt_audience: 'app' };
      const { status, data } = await api.addProjectJwks(projectId, provider);
      expect([status, data.operations]).toEqual([201, []]);
      expect((await api.getProjectJwks(projectId)).data.jwks).toEqual([expect.objectContaining({ id: data.jwks.id })]);
      expect((await api.deleteProjectJwks(projectId, data.jwks.id)).data).toMatchObject({ provider_name: 'ours' });
    });

    test('suspends, starts and restarts an endpoint, and asks the advisors', async () => {
      expect((await api.suspendProjectEndpoint(projectId, endpointId)).data.endpoint.current_state).toBe('idle');
      expect((await api.startProjectEndpoint(projectId, endpointId)).data.endpoint.current_state).toBe('active');
      const { data } = await api.restartProjectEndpoint(projectId, endpointId);
      expect(data.operations.map(({ action }: { action: string }) => action)).toEqual([
        'suspend_compute',
        'start_compute',
      ]);
      await idle();
      expect((await api.createProjectBranchDataApi(projectId, branchId, 'appdb', {})).status).toBe(201);
      await idle();
      const advised = await api.getProjectAdvisorSecurityIssues({ projectId, branch_id: branchId });
      expect(advised.data.issues).toContainEqual(expect.objectContaining({ name: 'rls_disabled_in_public' }));
    });

    test('resets the branch, makes it the default one and deletes it', async () => {
      const reset = await api.restoreProjectBranch(projectId, branchId, { source_branch_id: project.branchId });
      expect(reset.data.branch).toMatchObject({ id: branchId, current_state: 'resetting' });
      await expect(api.updateProjectBranch(projectId, branchId, { branch: { name: 'x' } })).rejects.toMatchObject({
        response: { status: 423 },
      });
      await idle();
      expect((await api.setDefaultProjectBranch(projectId, branchId)).data.branch.default).toBe(true);
      await api.setDefaultProjectBranch(projectId, project.branchId);
      expect((await api.deleteProjectBranch({ projectId, branchId })).data.branch.id).toBe(branchId);
      await idle();
      expect((await api.deleteProject(projectId)).data.project.id).toBe(projectId);
    });
  });
});
