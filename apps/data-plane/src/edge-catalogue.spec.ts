import fs from 'node:fs';
import path from 'node:path';
import { edgeCatalogue, edgeError } from './edge-catalogue.js';

describe('the catalogue of the edge', () => {
  const document = fs.readFileSync(path.resolve(import.meta.dirname, '../../../docs/errors.md'), 'utf8');

  it.each(Object.entries(edgeCatalogue))('says of %s what docs/errors.md says', (code, { status, doc }) => {
    const section = document.split(`### ${code}\n`)[1]?.split('\n### ')[0];
    expect(section).toContain(`HTTP ${status}`);
    expect(section).toContain(doc);
  });

  it('says with every 503 and 429 when to come back', () => {
    for (const [code, row] of Object.entries(edgeCatalogue)) {
      if (row.status !== 503) continue;
      expect([code, 'retryAfter' in row]).toEqual([code, true]);
    }
    expect(edgeError('PERCH005', { retryAfter: 7 }).headers).toEqual([['Retry-After', '7']]);
  });
});
