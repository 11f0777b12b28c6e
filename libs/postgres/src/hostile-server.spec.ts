/** Promise: whoever attaches a database chooses what answers there, and no answer of it ends the process of all others. */
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { connect, withClient } from './connect.js';
import { createTenantExecutors, type TenantExecutors } from './tenant-executors.js';

function message(type: string, ...body: readonly (number | string | Buffer)[]): Buffer {
  const pieces = body.map((piece) => (typeof piece === 'number' ? int32(piece) : Buffer.from(piece)));
  const content = Buffer.concat(pieces);
  return Buffer.concat([Buffer.from(type), int32(4 + content.length), content]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

const welcome = Buffer.concat([message('R', 0), message('K', 1, 2), message('Z', 'I')]);
const inTheMiddle = (bad: Buffer) => Buffer.concat([message('R', 0), bad]);

/** Instead of a welcome. */
const welcomes: readonly (readonly [string, Buffer])[] = [
  ['an authentication that nobody knows', message('R', 99)],
  ['an authentication without a kind', message('R')],
  ['a key without a number', inTheMiddle(message('K'))],
  ['a row without its fields', inTheMiddle(message('D', Buffer.from([0, 5])))],
  ['columns without their names', inTheMiddle(message('T', Buffer.from([0, 5])))],
  ['a copy without columns', inTheMiddle(message('G'))],
  ['a message of no length', Buffer.from([0x52, 0, 0, 0, 0, 1, 2, 3, 4])],
  ['a message of a negative length', Buffer.from([0x52, 0xff, 0xff, 0xff, 0xf0, 1, 2, 3, 4])],
  ['a message of two gigabytes', Buffer.from([0x52, 0x7f, 0xff, 0xff, 0xff, 1, 2, 3, 4])],
  ['an error that does not end', message('E', 'SERROR\0Cabc')],
  ['a notice that does not end', inTheMiddle(message('N', 'SNOTICE\0'))],
];

/** Instead of the answer to a packet. */
const answers: readonly (readonly [string, Buffer])[] = [
  ['a row without its fields', message('D', Buffer.from([0, 5]))],
  ['a row of nothing', message('D')],
  ['columns of nothing', message('T')],
  ['a message of no length', Buffer.from([0x44, 0, 0, 0, 0])],
  ['a message that has no place there', message('v', 0)],
];

describe('a server that does not keep to the protocol', () => {
  let server: net.Server;
  let executors: TenantExecutors;
  let url: string;
  let said: readonly Buffer[];

  beforeAll(async () => {
    server = net.createServer((socket) => {
      const left = [...said];
      socket.on('error', () => undefined);
      socket.on('data', () => socket.write(left.shift() ?? ''));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `postgres://u:p@127.0.0.1:${(server.address() as AddressInfo).port}/d`;
  });
  beforeEach(() => {
    executors = createTenantExecutors();
  });
  afterEach(() => executors.close(0));
  afterAll(() => server.close());

  const ask = () => {
    const connection = { key: 'a/b', version: 1, databaseUrl: url, poolSize: 1, prepare: true };
    return executors.for(connection).submit({ statements: [{ text: 'select 1', values: [] }] });
  };

  it.each(welcomes)('%s as its welcome fails the connection', async (_what, welcomeOfIt) => {
    said = [welcomeOfIt];
    const details = 'what the server sent is not the protocol of PostgreSQL';
    await expect(ask()).rejects.toMatchObject({ code: 'PGRST000', details });
    await expect(connect(url)).rejects.toMatchObject({ code: 'database.not-postgres', message: details });
  });

  it.each(answers)('%s as its answer fails the request', async (_what, answer) => {
    said = [welcome, answer];
    const details = 'the server sent a message that has no place here';
    await expect(ask()).rejects.toMatchObject({ code: 'PGRST001', details });
    const client = await connect(url);
    await expect(client.query('select 1')).rejects.toBeInstanceOf(Error);
    await client.end().catch(() => undefined);
  });

  it('that falls silent keeps nobody longer than a statement may take', async () => {
    said = [welcome];
    const asked = withClient(url, (client) => client.query('select 1'), { statementTimeoutMs: 20 });
    await expect(asked).rejects.toThrow('Query read timeout');
  });

  it.each([
    ['rows without end', Buffer.concat(new Array<Buffer>(1_400_000).fill(message('D', Buffer.from([0, 0]))))],
    ['a row of two gigabytes', Buffer.from([0x44, 0x7f, 0xff, 0xff, 0xff, 0, 0])],
  ])('%s fill no memory of who looks into its catalogs', async (_what, rows) => {
    said = [welcome, rows];
    const client = await connect(url);
    await expect(client.query('select 1')).rejects.toMatchObject({ code: 'database.answer-too-large' });
    await client.end().catch(() => undefined);
  });
});
