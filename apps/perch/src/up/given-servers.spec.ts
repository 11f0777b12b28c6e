import net from 'node:net';
import { assertGivenServersAnswer } from './given-servers.js';

async function listeningPort(): Promise<{ port: number; close: () => void }> {
  const server = net.createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, close: () => server.close() };
}

const nobody = '127.0.0.1:1';

describe('servers named by the environment', () => {
  test('none named, none asked', () => expect(assertGivenServersAnswer(given({}))).resolves.toBeUndefined());

  test('a Redis that listens is enough', async () => {
    const { port, close } = await listeningPort();
    await assertGivenServersAnswer(given({ redisUrl: `redis://127.0.0.1:${port}` }));
    close();
  });

  test('each one that does not answer is named, without its password', async () => {
    const urls = { databaseUrl: `postgresql://u:hush@${nobody}/d`, redisUrl: `redis://:hush@${nobody}` };
    const error: unknown = await assertGivenServersAnswer(given(urls)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'cli.usage', exitCode: 1 });
    expect(String(error)).toMatch(/DATABASE_URL: .*ECONNREFUSED[^]*REDIS_URL: .*ECONNREFUSED/);
    expect(String(error)).not.toContain('hush');
  });
});

function given(urls: { databaseUrl?: string; redisUrl?: string }) {
  return { databaseUrl: urls.databaseUrl, redisUrl: urls.redisUrl };
}
