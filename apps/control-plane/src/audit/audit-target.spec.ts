import { KEY_PREFIX } from '../api-keys/api-key-secret.js';
import { shownPath } from './audit-target.js';

const key = `${KEY_PREFIX}${'aB3_'.repeat(8)}`;
const withheld = '(withheld: it looks like a secret)';

describe('a path that is kept', () => {
  it.each([
    ['/api/v2/projects/quiet-sea-12345678/branches', '/api/v2/projects/quiet-sea-12345678/branches'],
    ['/api/v2/databases/caf%C3%A9%20au%20lait', '/api/v2/databases/caf%C3%A9%20au%20lait'],
    [`/api/v2/api_keys/${key}`, `/api/v2/api_keys/${withheld}`],
    [`/api/v2/api_keys/${key.replace('_', '%5F')}`, `/api/v2/api_keys/${withheld}`],
    ['/api/v2/postgres://owner:secret@host/db', withheld],
    ['/api/v2/postgres%3A%2F%2Fowner:secret@host', withheld],
    ['/%ff', '/%ff'],
  ])('%s is shown as %s', (path, expected) => {
    expect(shownPath(path)).toBe(expected);
  });

  it('is never longer than a route of ours', () => {
    expect(shownPath(`/${'a'.repeat(5_000)}`)).toHaveLength(512);
  });
});
