import { connectAwake } from './connect-awake.js';

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
  ['is just stopping', [Object.assign(new Error(), { code: '57P03' })], true, { connect: 2, wake: 1 }, 'open'],
  ['cannot be woken', [refused()], false, { connect: 1, wake: 1 }, 'refused'],
  ['is woken and away again', [refused(), refused()], true, { connect: 2, wake: 1 }, 'refused'],
  ['refuses the password', [Object.assign(new Error('no'), { code: '28P01' })], true, { connect: 1, wake: 0 }, 'no'],
])('a server that %s', async (_what, errors, awake, expected, outcome) => {
  const { connection, calls } = setUp(errors, awake);
  const result = await connection.catch((error: unknown) => (error instanceof Error ? error.message : error));
  expect([result, calls]).toEqual([outcome, expected]);
});
