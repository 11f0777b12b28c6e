/** What a user may write for a setting, and what it means. */
import { settingsInputSchema } from './settings.js';

describe('settings', () => {
  it.each([
    ['https://a.example, https://b.example', ['https://a.example', 'https://b.example']],
    [['https://a.example'], ['https://a.example']],
    ['', null],
    [' , ', null],
    [null, null],
    [[], []],
  ])('take %j for the origins that browsers may call from', (written, meant) => {
    expect(settingsInputSchema.parse({ server_cors_allowed_origins: written })).toEqual({
      server_cors_allowed_origins: meant,
    });
  });
});
