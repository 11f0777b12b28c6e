import { mediaTypeName, mediaTypeText, parseAccept, parseMediaType, type MediaType } from './media-type.js';

const json: MediaType = { kind: 'json' };

describe('a media type', () => {
  it.each<[string, MediaType]>([
    ['application/json', json],
    ['APPLICATION/JSON; charset=utf-8', json],
    ['application/json utter nonsense', json],
    ['application/json/x', json],
    ['text/csv; header=absent', { kind: 'csv' }],
    ['*/*', { kind: 'any' }],
    ['application/vnd.pgrst.object', { kind: 'singular', nullsStripped: false }],
    ['application/vnd.pgrst.object+json;nulls', { kind: 'singular', nullsStripped: false }],
    ['APPLICATION/VND.PGRST.OBJECT+JSON;NULLS=stripped', { kind: 'singular', nullsStripped: true }],
    ['application/vnd.pgrst.object+json; nulls = stripped', { kind: 'singular', nullsStripped: true }],
    ['application/vnd.pgrst.object+json;nulls="stripped"', { kind: 'singular', nullsStripped: true }],
    ['application/vnd.pgrst.array;nulls=stripped', { kind: 'array-stripped' }],
    ['application/vnd.pgrst.array+json; nulls=kept', json],
    ['application/vnd.pgrst.plan', { kind: 'plan', for: json, format: 'text', options: [] }],
    [
      'application/vnd.pgrst.plan+json; for="text/csv"; options=verbose|analyze|odd',
      { kind: 'plan', for: { kind: 'csv' }, format: 'json', options: ['analyze', 'verbose'] },
    ],
    ['application/vnd.pgrst.plan;odd;options=analyze', { kind: 'plan', for: json, format: 'text', options: [] }],
    [
      'application/vnd.pgrst.plan+json; for=text/csv; options=ANALYZE',
      { kind: 'plan', for: { kind: 'other', text: 'text' }, format: 'json', options: [] },
    ],
    ['application/vnd.pgrst.object+text', { kind: 'other', text: 'application/vnd.pgrst.object+text' }],
    ['Text/Odd; a=B', { kind: 'other', text: 'Text/Odd; a=B' }],
    ['application /json', { kind: 'other', text: 'application /json' }],
    ['x-y/json', { kind: 'other', text: 'x-y/json' }],
    ['json', { kind: 'other', text: 'json' }],
    ['"application/json"', { kind: 'other', text: '"application/json"' }],
    ['__proto__', { kind: 'other', text: '__proto__' }],
    ['', { kind: 'other', text: '' }],
  ])('is read from %p', (text, expected) => {
    expect(parseMediaType(text)).toEqual(expected);
  });

  it.each([
    ['application/vnd.pgrst.plan', 'application/vnd.pgrst.plan+text; for="application/json"'],
    [
      'application/vnd.pgrst.plan+json;options=buffers|analyze',
      'application/vnd.pgrst.plan+json; for="application/json"; options=analyze|buffers',
    ],
    ['application/vnd.pgrst.object;nulls=stripped', 'application/vnd.pgrst.object+json;nulls=stripped'],
    ['multipart/form-data; boundary=x', 'multipart/form-data; boundary=x'],
  ])('%p is named %p', (text, expected) => {
    expect(mediaTypeName(parseMediaType(text))).toBe(expected);
  });

  it.each([
    ['text/csv', 'text/csv; charset=utf-8'],
    ['application/octet-stream', 'application/octet-stream'],
    ['image/png', 'image/png'],
  ])('%p is answered as %p', (text, expected) => {
    expect(mediaTypeText(parseMediaType(text))).toBe(expected);
  });
});

describe('an Accept header', () => {
  const names = (header: string | undefined) => parseAccept(header).map(mediaTypeName);

  it.each([
    [undefined, ['*/*']],
    ['', ['']],
    ['application/json;q=0.5, text/csv;q=0.9', ['text/csv', 'application/json']],
    ['*/*, text/csv', ['text/csv', '*/*']],
    ['text/csv, application/json', ['text/csv', 'application/json']],
    ['application/json;v=1;q=0.1, text/csv;q=0.2', ['text/csv', 'application/json']],
    ['application/json; q=0.5, text/csv ; q = 0.9', ['text/csv', 'application/json']],
    ['application/json;q=9e-1x, text/csv;q=0.95', ['text/csv', 'application/json']],
    ['application /json', ['application/json']],
    ['image/x; a=b', ['image/x;a=b']],
    ['application/json;q=-1, text/csv', ['text/csv', 'application/json']],
    ['application/json;q=1.5, text/csv', ['application/json', 'text/csv']],
    ['text/csv;q=abc, application/json;q=0.5', ['text/csv', 'application/json']],
    ['text/csv;Q=0.1, application/json', ['text/csv', 'application/json']],
    ['text/csv;q=0, application/json', ['application/json', 'text/csv']],
    ['text/html, application/xml;q=0.9, */*;q=0.8', ['text/html', 'application/xml', '*/*']],
  ])('%p prefers %p', (header, expected) => {
    expect(names(header)).toEqual(expected);
  });
});
