/** Coming up and leaving: several at once on an empty database, and an end that keeps nobody waiting. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase } from '../../../tools/testing/test-database.js';
import { startTestControlPlane, TEST_API_KEY, TEST_FLEET_TOKEN } from '../test/test-control-plane.js';
import { loadControlPlaneConfig } from './config.js';
import { startControlPlane } from './start-control-plane.js';

const environment = {
  PERCH_MASTER_KEY: 'master key of the specs',
  PERCH_FLEET_TOKEN: TEST_FLEET_TOKEN,
  PERCH_BOOTSTRAP_API_KEY: TEST_API_KEY,
  PERCH_LOG_LEVEL: 'silent',
};

test('two that start at the same moment on an empty database both serve', async () => {
  const database = await createTestDatabase();
  const config = loadControlPlaneConfig({ ...environment, DATABASE_URL: database.url });
  const both = await Promise.all([1, 2].map(() => startControlPlane({ ...config, port: 0, adminPort: 0 })));
  for (const { url, adminPort } of both) {
    const headers = { authorization: `Bearer ${TEST_API_KEY}` };
    expect((await fetch(`${url}/api/v2/regions`, { headers })).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${adminPort}/ready`)).status).toBe(200);
    expect(await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text()).toContain('process="control-plane"');
  }
  await Promise.all(both.map((one) => one.stop()));
  await database.drop();
});

test('an end answers who waits for an operation and closes the change feed', async () => {
  const perch = await startTestControlPlane();
  const feed = await fetch(`${perch.url}/internal/v1/changes?since=0`, {
    headers: { authorization: `Bearer ${TEST_FLEET_TOKEN}` },
  });
  // Nobody works here, so this would wait for its operations for a long time.
  const creating = perch.call('POST', '/api/v2/projects', { body: { project: {} } });
  await sleep(500);
  const began = performance.now();
  await perch.stop();
  expect(performance.now() - began).toBeLessThan(3_000);
  expect(await creating).toMatchObject({ status: 201, body: { branch: { current_state: 'init' } } });
  expect(await feed.text()).toBe('');
  await expect(fetch(`${perch.url}/health`)).rejects.toThrow();
});

test('a metadata database that is not there stops the start with its reason', async () => {
  const config = loadControlPlaneConfig({ ...environment, DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' });
  await expect(startControlPlane({ ...config, port: 0, adminPort: 0 })).rejects.toThrow('ECONNREFUSED');
});
