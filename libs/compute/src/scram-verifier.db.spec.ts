import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../../tools/testing/test-database.js';
import { scramVerifier } from './scram-verifier.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.query('drop role if exists scram_verifier_spec');
  await database.drop();
});

describe('scramVerifier', () => {
  it('makes a text with which PostgreSQL lets the password in, and no other', async () => {
    await database.query(
      `create role scram_verifier_spec login password ${pg.escapeLiteral(scramVerifier('open "sesame"'))}`,
    );
    const login = async (password: string) => {
      const url = new URL(database.url);
      const client = new pg.Client({
        host: url.hostname,
        port: Number(url.port),
        database: database.name,
        user: 'scram_verifier_spec',
        password,
      });
      await client.connect();
      await client.end();
    };
    await expect(login('open "sesame"')).resolves.toBeUndefined();
    await expect(login('open sesame')).rejects.toMatchObject({ code: '28P01' });
  });
});
