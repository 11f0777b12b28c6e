import pg from 'pg';
import { startTestControlPlane, type TestControlPlane } from '../../test/test-control-plane.js';

let perch: TestControlPlane;
let path: string;
let branchId: string;
let endpointId: string;

const keys = async (query = '') =>
  (await perch.call('GET', `${path}/advisors${query}`)).body.issues.map(
    (issue: { cache_key: string }) => issue.cache_key,
  );

beforeAll(async () => {
  perch = await startTestControlPlane();
  await perch.startWorker();
  const client = new pg.Client({ connectionString: perch.databaseUrl });
  await client.connect();
  await client.query('CREATE TABLE public.no_key (id int)');
  await client.end();
  const body = { project: { perch: { compute: 'attached', connection_url: perch.databaseUrl } } };
  const created = await perch.call('POST', '/api/v2/projects', { body });
  path = `/api/v2/projects/${created.body.project.id}`;
  branchId = created.body.branch.id;
  endpointId = created.body.endpoints[0].id;
}, 60_000);
afterAll(() => perch?.stop());

test('without a data API there is nothing to look at', async () => {
  const { status, body } = await perch.call('GET', `${path}/advisors`);
  expect([status, body.code]).toEqual([404, 'data-api.not-found']);
});

describe('with a data API', () => {
  beforeAll(async () => {
    const enabled = await perch.call('POST', `${path}/branches/${branchId}/data-api`, { body: {} });
    expect(enabled.body.status).toBe('active');
  });

  test('issues of the database and of the configuration have the shape of the contract', async () => {
    const { status, body } = await perch.call('GET', `${path}/advisors`);
    expect(status).toBe(200);
    const issue = body.issues.find(
      ({ cache_key }: { cache_key: string }) => cache_key === 'no_primary_key:public.no_key',
    );
    expect(issue).toEqual({
      name: 'no_primary_key',
      title: 'Table without a primary key',
      level: 'INFO',
      facing: 'EXTERNAL',
      categories: ['PERFORMANCE'],
      description: expect.any(String),
      detail: 'Table public.no_key has no primary key',
      remediation: 'docs/advisors.md#no_primary_key',
      metadata: { schema: 'public', name: 'no_key' },
      cache_key: 'no_primary_key:public.no_key',
      perch: { fix: expect.stringContaining('ALTER TABLE public.no_key ADD COLUMN row_id'), fix_kind: 'sql' },
    });
    expect(await keys()).toEqual(
      expect.arrayContaining(['cors_allows_any_origin:data-api', 'rows_unlimited:data-api']),
    );
  });

  test('category and min_severity narrow them', async () => {
    expect(await keys('?category=SECURITY')).not.toContain('no_primary_key:public.no_key');
    expect(await keys('?category=SECURITY')).toContain('cors_allows_any_origin:data-api');
    expect(await keys('?min_severity=WARN&category=PERFORMANCE')).toEqual(['rows_unlimited:data-api']);
    expect((await perch.call('GET', `${path}/advisors?min_severity=LOUD`)).status).toBe(400);
  });

  test('a setting that is made clears its issue', async () => {
    const settings = { db_max_rows: 100, server_cors_allowed_origins: 'https://app.example' };
    await perch.call('PATCH', `${path}/branches/${branchId}/data-api`, { body: { settings } });
    expect(await keys('?min_severity=WARN&category=PERFORMANCE')).toEqual([]);
    expect(await keys(`?branch_id=${branchId}`)).not.toContain('cors_allows_any_origin:data-api');
  });

  test('a database that sleeps is not woken', async () => {
    await perch.database.endpoints.setState(endpointId, 'idle');
    const { status, body } = await perch.call('GET', `${path}/advisors`);
    expect([status, body.code]).toEqual([409, 'advisors.not-available']);
  });
});
