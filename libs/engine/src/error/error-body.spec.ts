import { errorBody, errorHeaders } from './error-body.js';
import { EngineError, engineError } from './engine-error.js';

describe('the body of an error', () => {
  const error = engineError('PGRST106', { schema: 'vault', exposed: ['atlas', 'reading'] });

  it('has all four keys, null where there is nothing to say', () => {
    expect(errorBody(error, 'verbose')).toBe(
      '{"code":"PGRST106","details":null,"hint":"Only the following schemas are exposed: atlas, reading","message":"Invalid schema: vault"}',
    );
  });

  it('keeps to code and message when details may tell too much', () => {
    expect(errorBody(error, 'minimal')).toBe('{"code":"PGRST106","message":"Invalid schema: vault"}');
  });

  it('shows the candidates of PGRST201 as a list', () => {
    const candidates = [
      { cardinality: 'many-to-one', embedding: 'a with b', relationship: 'fk using a(b_id) and b(id)' },
    ];
    const ambiguous = engineError('PGRST201', { origin: 'a', target: 'b', candidates, choices: ['b!fk'] });
    expect(JSON.parse(errorBody(ambiguous, 'verbose'))).toEqual({
      code: 'PGRST201',
      details: candidates,
      hint: "Try changing 'b' to one of the following: 'b!fk'. Find the desired relationship in the 'details' key.",
      message: "Could not embed because more than one relationship was found for 'a' and 'b'",
    });
  });
});

describe('the headers of an error', () => {
  it('name the code', () => {
    expect(errorHeaders(engineError('PGRST126'))).toEqual([
      ['Content-Type', 'application/json; charset=utf-8'],
      ['Proxy-Status', 'PostgREST; error=PGRST126'],
    ]);
  });

  it('say on each 503 when to try again, unless the error says it itself', () => {
    expect(errorHeaders(engineError('PGRST002'))).toContainEqual(['Retry-After', '1']);
    const own = new EngineError({
      code: 'W1',
      status: 503,
      message: 'm',
      kind: 'postgres',
      headers: [['retry-after', '9']],
    });
    expect(errorHeaders(own).filter(([name]) => name.toLowerCase() === 'retry-after')).toEqual([['retry-after', '9']]);
  });

  it('stay in one piece whatever SQL chose as its code', () => {
    const odd = new EngineError({ code: 'a b\r\n"', status: 400, message: 'm', kind: 'user' });
    expect(errorHeaders(odd)).toContainEqual(['Proxy-Status', 'PostgREST; error=a_b___']);
  });
});
