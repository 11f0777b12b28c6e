import { connectAwake } from './connect-awake.js';

const withCode = (code: string) => Object.assign(new Error(code), { code });
const refused = () => Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });

function setUp(errors: readonly unknown[], awake: boolean) {
  const left = [...errors];
  const calls = { connect: 0, wake: 0 };
  const connection = connectAwake({
    async connect() {
      calls.connect += 1;
      if (left.length > 0) throw left.shift();
      return 'open';
    },
    async wake() {
      calls.wake += 1;
      return awake;
    },
  });
  return { connection, calls };
}

test.each([
  ['answers', [], true, { connect: 1, wake: 0 }, 'open'],
  ['sleeps', [refused()], true, { connect: 2, wake: 1 }, 'open'],
  [
    'sleeps behind several addresses',
    [new AggregateError([refused(), refused()])],
    true,
    { connect: 2, wake: 1 },
    'open',
  ],
  ['is just stopping', [withCode('57P03')], true, { connect: 2, wake: 1 }, 'open'],
  ['ends the session as it is made', [withCode('57P01')], true, { connect: 2, wake: 1 }, 'open'],
  ['breaks off', [withCode('ECONNRESET')], true, { connect: 2, wake: 1 }, 'open'],
  ['breaks off in order', [new Error('Connection terminated unexpectedly')], true, { connect: 2, wake: 1 }, 'open'],
  ['does not answer in time', [new Error('timeout expired')], true, { connect: 1, wake: 0 }, 'timeout expired'],
  ['cannot be woken', [refused()], false, { connect: 1, wake: 1 }, 'refused'],
  ['is woken and away again', [refused(), refused()], true, { connect: 3, wake: 2 }, 'open'],
  [
    'is woken and away for good',
    [refused(), refused(), refused(), refused()],
    true,
    { connect: 4, wake: 3 },
    'refused',
  ],
  ['refuses the password', [withCode('28P01')], true, { connect: 1, wake: 0 }, '28P01'],
])('a server that %s', async (_what, errors, awake, expected, outcome) => {
  const { connection, calls } = setUp(errors, awake);
  const result = await connection.catch((error: unknown) => (error instanceof Error ? error.message : error));
  expect([result, calls]).toEqual([outcome, expected]);
});
