import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import { createMetadataEvents, metadataChannels, type MetadataEvents } from './metadata-events.js';

describe('metadata events', () => {
  let database: TestDatabase;
  let events: MetadataEvents;

  const heard = (wanted: string) =>
    new Promise<string>((resolve) => {
      const stop = events.on(metadataChannels.operationChanged, (payload) => {
        if (payload !== wanted) return;
        stop();
        resolve(payload);
      });
    });

  beforeAll(async () => {
    database = await createTestDatabase();
    events = createMetadataEvents({ url: database.url });
  });
  afterAll(async () => {
    await events.close();
    await database.drop();
  });

  test('come from another connection, to every listener of their channel and to no other', async () => {
    // The empty payload says that listening began.
    await heard('');
    const others: string[] = [];
    events.on(metadataChannels.tenantChanged, (payload) => others.push(payload));
    const both = Promise.all([heard('one'), heard('one')]);
    await database.query(`SELECT pg_notify('${metadataChannels.operationChanged}', 'one')`);
    expect(await both).toEqual(['one', 'one']);
    expect(others).toEqual([]);
  });

  test('come again after the connection was lost, and say that something may have been missed', async () => {
    const again = heard('');
    await database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'perch metadata events' AND datname = current_database()`,
    );
    await again;
    const two = heard('two');
    await database.query(`SELECT pg_notify('${metadataChannels.operationChanged}', 'two')`);
    expect(await two).toBe('two');
  });
});

test('a database that is away neither throws nor keeps close waiting', async () => {
  const away = createMetadataEvents({ url: 'postgresql://nobody@127.0.0.1:1/none' });
  await away.close();
});
