import { redactText, redactValue } from './redact.js';

const token = 'eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYSJ9.c2lnbmF0dXJl';

describe('redactText', () => {
  it.each([
    ['connect postgres://app:s3cret@db:5432/x failed', 'connect postgres://app:[redacted]@db:5432/x failed'],
    ['postgresql://app:p@ss:w/rd@db/x', 'postgresql://app:[redacted]@db/x'],
    ['redis://:hush@cache:6379', 'redis://:[redacted]@cache:6379'],
    ['postgres://app@db/x', 'postgres://app@db/x'],
    ['Authorization: Bearer abc.def', 'Authorization: Bearer [redacted]'],
    [`got ${token} from`, 'got [redacted] from'],
    ['?user=a&password=hush&x=1', '?user=a&password=[redacted]&x=1'],
    ['nothing to hide', 'nothing to hide'],
  ])('%s', (input, expected) => {
    expect(redactText(input)).toBe(expected);
  });
});

describe('redactValue', () => {
  it('replaces secret fields at any depth and in any spelling', () => {
    expect(
      redactValue({
        database_url: 'x',
        settings: { apiKey: 'k', 'Set-Cookie': 'c', pool_size: 3 },
        list: [{ secret: 1 }],
      }),
    ).toEqual({
      database_url: '[redacted]',
      settings: { apiKey: '[redacted]', 'Set-Cookie': '[redacted]', pool_size: 3 },
      list: [{ secret: '[redacted]' }],
    });
  });

  it('keeps an error readable and clean, with its causes', () => {
    const error = Object.assign(new Error('cannot reach postgres://a:b@c/d', { cause: new Error(`token ${token}`) }), {
      code: 'ECONNREFUSED',
    });
    expect(redactValue(error)).toMatchObject({
      name: 'Error',
      code: 'ECONNREFUSED',
      message: 'cannot reach postgres://a:[redacted]@c/d',
      cause: { message: 'token [redacted]' },
    });
    expect(JSON.stringify(redactValue(error))).not.toContain('a:b@');
  });

  it('ends on a value that contains itself', () => {
    const loop: Record<string, unknown> = {};
    loop['loop'] = loop;
    expect(JSON.stringify(redactValue(loop))).toContain('[deep]');
  });
});
