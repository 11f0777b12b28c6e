/** Threat: a body of megabytes that keeps everybody else of the process waiting while it is read. */
import { filmConfig } from '../../test/film-config.js';
import { turnsDuring } from '../../../../tools/testing/turns-during.js';
import { PlanCache } from '../query/plan-cache.js';
import { atOnce } from '../slices.js';
import { csvAsJson } from './csv-as-json.js';
import { parseApiRequest } from './api-request.js';

const mebibyte = 1024 * 1024;
const filled = (text: string) => text.repeat(mebibyte / text.length);
const post = (type: string, body: string) => ({
  method: 'POST',
  path: '/films',
  query: '',
  headers: [['content-type', type]] as const,
  body: Buffer.from(body),
});
const csv = 'text/csv';
const json = 'application/json';
const form = 'application/x-www-form-urlencoded';

describe('a body of a megabyte', () => {
  it.each([
    ['rows of one character', csv, `a\n${filled('1\n')}`],
    ['a row of commas', csv, `a\n${filled(',')}`],
    ['empty lines', csv, `a\n${filled('\n')}`],
    ['one field', csv, `a\n${filled('x')}`],
    ['one field of quotes', csv, `a\n"${filled('""')}"`],
    ['small rows', json, `[${filled('{"a":1},')}{"a":1}]`],
    ['a deep value', json, `{"a":${filled('[')}${filled(']')}}`],
    ['many keys', json, `{${filled('"aaaa":1,')}"b":1}`],
    ['one field', form, `a=${filled('+a')}&b=1`],
  ])('that is %s lets others have their turn: %s', async (_, type, body) => {
    const request = post(type, body);
    const parsing = new PlanCache(filmConfig).parseLong(request);
    expect(await turnsDuring(parsing)).toBeGreaterThan(type === form ? 1 : 4);
    const { result } = await parsing;
    expect(result.kind === 'parsed' && result.request).toEqual(parseApiRequest(request, filmConfig));
  });

  it('is refused with others having their turn before', async () => {
    const parsing = new PlanCache(filmConfig).parseLong(post(json, `{"a":${filled('[')}`));
    const refused = expect(parsing).rejects.toMatchObject({ code: 'PGRST102' });
    expect(await turnsDuring(refused)).toBeGreaterThan(3);
  });

  it('has a bounded number of keys in one row', () => {
    const keys = Array.from({ length: 60_000 }, (_, at) => `"k${at}":1`);
    const { columns } = parseApiRequest(post(json, `{${keys.join(',')}}`), filmConfig);
    expect(columns.length).toBeGreaterThan(10_000);
    expect(columns.length).toBeLessThan(25_000);
    const repeated = `{${'"a":1,'.repeat(60_000)}"b":1}`;
    expect(parseApiRequest(post(json, repeated), filmConfig).columns).toEqual(['a', 'b']);
  });

  it('has a bounded number of columns', () => {
    const reason = 'A CSV body has at most 20000 columns';
    expect(() => parseApiRequest(post(csv, `a${',a'.repeat(20_000)}\n1\n`), filmConfig)).toThrow(reason);
    expect(parseApiRequest(post(csv, `a${',a'.repeat(19_999)}\n1\n`), filmConfig).columns).toEqual(['a']);
  });
});

describe('a long CSV field', () => {
  const pieces = ['x', '""', '""""', 'é', '😀', '\n', '\\', ','];
  it.each([...pieces.keys()])('is the same however it falls into slices: %i', (odd) => {
    for (const shift of [0, 1, 2, 3]) {
      const value = 'y'.repeat(shift) + `${pieces[odd] ?? ''}${pieces[(odd + 3) % 8] ?? ''}`.repeat(70_000);
      const expected = JSON.stringify([{ a: value.replaceAll('""', '"') }]);
      expect(atOnceJson(`a\n"${value}"\n`) === expected).toBe(true);
    }
  });
});

function atOnceJson(text: string): string {
  return atOnce(csvAsJson(text)).json;
}
