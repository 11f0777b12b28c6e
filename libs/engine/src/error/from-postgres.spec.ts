import { fromPostgres } from './from-postgres.js';

const status = (code: string, message = 'm', ranAsAnonymous = false) =>
  fromPostgres({ code, message }, ranAsAnonymous).status;

describe('SQLSTATE to status', () => {
  it.each([
    ['08006', 503],
    ['09000', 500],
    ['0LP01', 403],
    ['0P000', 403],
    ['21000', 500],
    ['22P02', 400],
    ['23502', 400],
    ['23503', 409],
    ['23505', 409],
    ['25006', 405],
    ['25P02', 500],
    ['28P01', 403],
    ['2D000', 500],
    ['38000', 500],
    ['39000', 500],
    ['3B000', 500],
    ['3D000', 400],
    ['40001', 500],
    ['40P01', 500],
    ['42601', 400],
    ['42883', 404],
    ['42P01', 404],
    ['42P17', 500],
    ['53200', 503],
    ['53400', 500],
    ['54001', 500],
    ['55P03', 500],
    ['57014', 500],
    ['57P01', 503],
    ['58000', 500],
    ['F0000', 500],
    ['HV000', 500],
    ['P0001', 400],
    ['P0002', 500],
    ['XX000', 500],
    ['ALARM', 400],
    ['PT418', 418],
    ['PT503', 503],
    ['PT12X', 500],
    ['PT100', 500],
  ])('%s is %i', (code, expected) => {
    expect(status(code)).toBe(expected);
  });

  it.each([
    ['21000', 'UPDATE requires a WHERE clause', 400],
    ['22023', 'role "x" does not exist', 401],
    ['22023', 'invalid value for parameter "TimeZone": "Mars/Base"', 400],
    ['42883', 'function xmlagg(integer) does not exist', 406],
  ])('%s with the message %p is %i', (code, message, expected) => {
    expect(status(code, message)).toBe(expected);
  });

  it('asks the anonymous role to log in and forbids every other one', () => {
    const denied = { code: '42501', message: 'permission denied for table t' };
    expect(fromPostgres(denied, true)).toMatchObject({ status: 401, headers: [['WWW-Authenticate', 'Bearer']] });
    expect(fromPostgres(denied, false)).toMatchObject({ status: 403, headers: [] });
  });

  it('keeps the message of PTnnn as the reason phrase, where it can be one', () => {
    expect(fromPostgres({ code: 'PT418', message: 'Short and stout' }, false).statusText).toBe('Short and stout');
    expect(fromPostgres({ code: 'PT418', message: 'naïve' }, false).statusText).toBeUndefined();
    expect(fromPostgres({ code: 'PT418', message: 'a\r\nX-Evil: b' }, false).statusText).toBeUndefined();
  });

  it('passes message, detail and hint on', () => {
    const fields = { code: '23505', message: 'duplicate', detail: 'Key (id)=(1) already exists.', hint: 'h' };
    expect(fromPostgres(fields, false)).toMatchObject({
      code: '23505',
      message: 'duplicate',
      details: 'Key (id)=(1) already exists.',
      hint: 'h',
      kind: 'user',
    });
  });
});

describe("RAISE SQLSTATE 'PGRST'", () => {
  const raised = (message: string, detail?: string) => fromPostgres({ code: 'PGRST', message, detail }, false);
  const body = '{"code":"W1","message":"m","details":"d","hint":"h"}';

  it('answers with the status, headers and body that SQL chose', () => {
    const error = raised(body, '{"status":402,"status_text":"Pay","headers":{"X-A":"b","Retry-After":"9"}}');
    expect(error).toMatchObject({ code: 'W1', status: 402, statusText: 'Pay', message: 'm', details: 'd', hint: 'h' });
    expect(error.headers).toEqual([
      ['X-A', 'b'],
      ['Retry-After', '9'],
    ]);
  });

  it('needs only code and message, and reads over other keys', () => {
    const error = raised('{"code":"W1","message":"m","more":1}', '{"status":401,"headers":{},"more":1}');
    expect(error).toMatchObject({ code: 'W1', status: 401, details: undefined, hint: undefined, headers: [] });
  });

  it('never lets SQL delimit the response', () => {
    const error = raised(body, '{"status":402,"headers":{"Content-Length":"0","Transfer-Encoding":"x","X-A":"b"}}');
    expect(error.headers).toEqual([['X-A', 'b']]);
  });

  it.each([
    ['not json', '{"status":402,"headers":{}}', "Invalid JSON value for MESSAGE: 'not json'"],
    ['{"message":"m"}', '{"status":402,"headers":{}}', `Invalid JSON value for MESSAGE: '{"message":"m"}'`],
    [body, undefined, 'DETAIL is missing in the RAISE statement'],
    [body, 'not json', "Invalid JSON value for DETAIL: 'not json'"],
    [body, '{"status":"402","headers":{}}', `Invalid JSON value for DETAIL: '{"status":"402","headers":{}}'`],
    [body, '{"status":402}', `Invalid JSON value for DETAIL: '{"status":402}'`],
    [body, '{"status":99,"headers":{}}', `Invalid JSON value for DETAIL: '{"status":99,"headers":{}}'`],
    [
      body,
      '{"status":402,"headers":{"X":"a\\r\\nb"}}',
      `Invalid JSON value for DETAIL: '{"status":402,"headers":{"X":"a\\r\\nb"}}'`,
    ],
  ])('refuses MESSAGE %p with DETAIL %p', (message, detail, details) => {
    expect(raised(message, detail)).toMatchObject({ code: 'PGRST121', status: 500, details });
  });
});
