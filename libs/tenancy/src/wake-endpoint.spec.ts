import { createEndpointWaker } from './wake-endpoint.js';

function setUp(status: number | 'away') {
  const asked: string[] = [];
  const wake = createEndpointWaker(async (path) => {
    asked.push(path);
    if (status === 'away') throw new TypeError('fetch failed');
    return status;
  });
  return { asked, wake };
}

describe('waking an endpoint', () => {
  it('asks once for all who wait at the same time', async () => {
    const { asked, wake } = setUp(204);
    expect(new Set(await Promise.all(Array.from({ length: 100 }, () => wake('ep-a'))))).toEqual(new Set([true]));
    expect(asked).toEqual(['/internal/v1/endpoints/ep-a/wake']);
    await wake('ep-a');
    await wake('ep-b');
    expect(asked).toHaveLength(3);
  });

  it.each([404, 409, 503, 'away'] as const)('takes %s for a no, and believes it for a while', async (status) => {
    const { asked, wake } = setUp(status);
    expect([await wake('ep-a'), await wake('ep-a'), await wake('ep-b')]).toEqual([false, false, false]);
    expect(asked).toHaveLength(2);
  });
});
