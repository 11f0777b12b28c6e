import { api, filmPlan, films } from '../../test/film-plan.js';
import { mediaTypeName, parseAccept } from '../media-type.js';
import { negotiateContent, type ContentInput, type NegotiatedContent } from './negotiate-content.js';

function negotiate(
  accept: string | undefined,
  relation = 'directors',
  more: Partial<ContentInput> = {},
): NegotiatedContent {
  return negotiateContent({
    request: { accept: parseAccept(accept) },
    schema: films,
    config: { planEnabled: false },
    relation: api(relation),
    read: filmPlan(relation),
    bodyless: false,
    ...more,
  });
}

function outline({ mediaType, handler, singular }: NegotiatedContent): string {
  return `${mediaTypeName(mediaType)} by ${handler.kind}${singular ? ', one row' : ''}`;
}

describe('negotiateContent', () => {
  it.each([
    [undefined, 'application/json by json-array'],
    ['*/*', 'application/json by json-array'],
    ['application/json', 'application/json by json-array'],
    ['text/csv', 'text/csv by csv'],
    ['application/geo+json', 'application/geo+json by geojson'],
    ['text/html, application/json;q=0.1', 'application/json by json-array'],
    ['application/json;q=0.1, text/csv', 'text/csv by csv'],
    ['application/vnd.pgrst.object', 'application/vnd.pgrst.object+json by json-object, one row'],
    ['application/vnd.pgrst.array+json', 'application/json by json-array'],
    ['application/vnd.pgrst.array;nulls=stripped', 'application/vnd.pgrst.array+json;nulls=stripped by json-array'],
  ])('%s is answered as %s', (accept, expected) => {
    expect(outline(negotiate(accept))).toBe(expected);
  });

  it.each(['', 'text/html', 'application/*', 'application/vnd.pgrst.plan+json', 'application/openapi+json, nonsense'])(
    'has nothing for %j',
    (accept) => {
      expect(() => negotiate(accept)).toThrow(expect.objectContaining({ code: 'PGRST107' }));
    },
  );

  it("prefers a table's own handler while all its columns are selected", () => {
    expect(negotiate('text/csv', 'actors').handler).toEqual({
      kind: 'aggregate',
      routine: api('actors_csv'),
      rowType: api('actors'),
      binary: false,
    });
    for (const select of ['', 'id', '*,films(title)', '*,id']) {
      const read = filmPlan(`actors?select=${select}`);
      expect(negotiate('text/csv', 'actors', { read }).handler).toEqual({ kind: 'csv' });
    }
  });

  it("serves a function's own media type, and json beside it", () => {
    const routine = api('page');
    expect(outline(negotiate('text/html', 'page', { routine }))).toBe('text/html by function-result');
    expect(outline(negotiate('*/*', 'page', { routine }))).toBe('application/json by json-array');
  });

  it('explains what would have been answered, where plans are enabled', () => {
    const config = { planEnabled: true };
    const accept = 'application/vnd.pgrst.plan+json; for="application/vnd.pgrst.object"; options=analyze';
    const planned = negotiate(accept, 'films', { config });
    expect(planned.handler).toEqual({ kind: 'json-object', nullsStripped: false });
    expect(planned.mediaType).toMatchObject({ kind: 'plan', format: 'json', options: ['analyze'] });
    for (const nothing of ['text/html', 'application/vnd.pgrst.plan']) {
      expect(() => negotiate(`application/vnd.pgrst.plan; for="${nothing}"`, 'films', { config })).toThrow(
        expect.objectContaining({ code: 'PGRST107' }),
      );
    }
  });

  it('chooses a type without making a body', () => {
    expect(negotiate('application/vnd.pgrst.object', 'films', { bodyless: true })).toMatchObject({
      mediaType: { kind: 'singular' },
      handler: { kind: 'none' },
      singular: true,
    });
  });
});
