/**
 * Promise: any PostgreSQL from 14 on can be attached. A whole Perch over each older version: its owner is no superuser, as on
 * hosted servers, a second branch is another database of the same server, and a third one has a superuser for its event triggers.
 */
import { createTestCluster, type TestCluster } from '../../../tools/testing/test-cluster.js';
import {
  everyOlder,
  olderVersions,
  startOlderPostgres,
  type OlderPostgres,
} from '../../../tools/testing/older-postgres.js';
import { createAttacher, type AttachedApi, type Attacher } from './harness/attached.js';
import { startFleet, type Fleet } from './harness/fleet.js';
import { startIssuer, type Issuer } from './harness/issuer.js';
import { callApi, finished, runSql } from './harness/management.js';
import { eventually } from './harness/perch-process.js';

const PATIENCE_MS = 60_000;
const NOTES = `create table notes (id int primary key, owner text, canary text);
  create view every_note as select * from notes;
  create table "Odd ""name" (id int);`;
const policies = `alter table notes enable row level security;
  create policy own on notes to authenticated using (owner = auth.user_id()) with check (owner = auth.user_id());
  create policy open on notes for select to anonymous using (owner = 'everybody')`;

const describeAny = olderVersions.length > 0 ? describe : describe.skip;

describeAny(`attached servers older than the newest`, () => {
  let metadata: TestCluster;
  let fleet: Fleet;
  let issuer: Issuer;
  let attacher: Attacher;

  beforeAll(async () => {
    metadata = await createTestCluster();
    issuer = await startIssuer();
    await runSql(metadata.url('postgres'), 'create database perch');
    fleet = await startFleet({
      metadataUrl: metadata.url('perch'),
      attachTo: metadata.url('postgres'),
      env: { PERCH_LOGIN_GRACE_MS: '1000' },
      proxies: [{}],
    });
    attacher = createAttacher(fleet, issuer);
  }, 300_000);
  afterAll(async () => {
    await fleet?.stop();
    await issuer?.close();
    await metadata?.drop();
  }, PATIENCE_MS);

  const api = (method: string, route: string, body?: unknown) => callApi(fleet.api, method, route, body);
  for (const { major, title, describe: describeOlder } of everyOlder) {
    describeOlder(title, () => {
      let server: OlderPostgres;
      let shop: AttachedApi;
      let dev: AttachedApi;
      let whole: AttachedApi;

      const as = (user: string, password: string, database: string) => {
        const url = new URL(server.url(database));
        return Object.assign(url, { username: user, password }).href;
      };
      const owner = (database: string) => as('tenant', 'first', database);
      const logins = async () => {
        const sql = "select rolname::text as name from pg_roles where rolname like 'perch\\_api\\_%'";
        return (await runSql(server.url('postgres'), sql)).rows.map(({ name }) => String(name));
      };

      beforeAll(async () => {
        server = await startOlderPostgres(major);
        await runSql(server.url('postgres'), "create role tenant login createrole password 'first'");
        for (const database of ['shop', 'shop_dev', 'whole']) {
          const ofTenant = database === 'whole' ? '' : ' owner tenant';
          await runSql(server.url('postgres'), `create database ${database}${ofTenant}`);
          const url = database === 'whole' ? server.url(database) : owner(database);
          await runSql(
            url,
            `${NOTES} insert into notes values (1, 'u1', '${database}'), (2, 'everybody', '${database}')`,
          );
        }
        shop = await attacher.attach(owner('shop'), 'shop');
        dev = await attacher.branchOff(shop, owner('shop_dev'), 'shop_dev');
        // Its own roles are there already, of another maker: what a superuser may use.
        whole = await attacher.attach(server.url('whole'), 'whole');
        for (const database of ['shop', 'shop_dev']) await runSql(owner(database), policies);
        await runSql(server.url('whole'), policies);
      }, 240_000);
      afterAll(() => server?.drop(), PATIENCE_MS);

      test('rows are read and written behind row-level security, as the role of the token', async () => {
        for (const [branch, canary] of [
          [shop, 'shop'],
          [dev, 'shop_dev'],
          [whole, 'whole'],
        ] as const) {
          expect(await attacher.ask(branch, '/notes')).toEqual({
            status: 200,
            body: [{ id: 2, owner: 'everybody', canary }],
          });
          expect(await attacher.ask(branch, '/notes', { sub: 'u1' })).toEqual({
            status: 200,
            body: [{ id: 1, owner: 'u1', canary }],
          });
          const mine = { id: 3, owner: 'u2', canary };
          expect(await attacher.ask(branch, '/notes', { sub: 'u2', method: 'POST', body: mine })).toEqual({
            status: 201,
            body: [mine],
          });
          expect(
            await attacher.ask(branch, '/notes', { sub: 'u2', method: 'POST', body: { ...mine, id: 4, owner: 'u1' } }),
          ).toMatchObject({
            status: 403,
            body: { code: '42501' },
          });
          expect(
            await attacher.ask(branch, '/notes?id=gt.0', { sub: 'u2', method: 'PATCH', body: { canary: 'mine' } }),
          ).toEqual({
            status: 200,
            body: [{ ...mine, canary: 'mine' }],
          });
          expect(await attacher.ask(branch, '/notes', { method: 'POST', body: mine })).toMatchObject({ status: 401 });
          expect(await attacher.ask(branch, '/notes?id=eq.3', { sub: 'u2', method: 'DELETE' })).toMatchObject({
            status: 200,
          });
        }
      });

      test('a login of one branch cannot become the group of another', async () => {
        const sql = `select m.rolname::text as login, array_agg(g.rolname::text order by g.rolname) as groups
                       from pg_auth_members am join pg_roles g on g.oid = am.roleid join pg_roles m on m.oid = am.member
                      where m.rolname like 'perch\\_api\\_%' group by 1`;
        const { rows } = await runSql(server.url('postgres'), sql);
        expect(new Set(rows.map(({ groups }) => groups.join()))).toEqual(
          new Set([shop, dev, whole].map(({ url }) => `authenticator_${new URL(url).pathname.split('/')[1]}`)),
        );
      });

      test('what differs from the newest is told: the roles of 15 and older, and no event triggers', async () => {
        const { notes } = (await api('GET', shop.route)).body.security;
        const weak = `In PostgreSQL ${major} a role that may create roles`;
        expect(notes.filter((note: string) => note.startsWith('In PostgreSQL'))).toEqual(
          major < 16 ? [expect.stringContaining(weak)] : [],
        );
        expect(notes.join()).toContain('Event triggers are not allowed here');
      });

      test('every change of the schema is seen by the request after it, with event triggers and without', async () => {
        for (const [branch, url] of [
          [shop, owner('shop')],
          [whole, server.url('whole')],
        ] as const) {
          await runSql(url, `create table made (id int primary key, v text); insert into made values (1, 'a')`);
          expect(await attacher.ask(branch, '/made')).toEqual({ status: 200, body: [{ id: 1, v: 'a' }] });
          await runSql(url, 'alter table made rename v to w');
          expect(await attacher.ask(branch, '/made?w=eq.a&select=w')).toEqual({ status: 200, body: [{ w: 'a' }] });
          expect(await attacher.ask(branch, '/made')).toEqual({ status: 200, body: [{ id: 1, w: 'a' }] });
          await runSql(url, 'alter table made add n int default 5');
          expect(await attacher.ask(branch, '/made?select=n')).toEqual({ status: 200, body: [{ n: 5 }] });
          expect(await attacher.ask(branch, '/made')).toEqual({ status: 200, body: [{ id: 1, w: 'a', n: 5 }] });
          await runSql(
            url,
            'create function sum_of(a int, b int) returns int language sql immutable as $$ select a + b $$',
          );
          expect(await attacher.ask(branch, '/rpc/sum_of?a=2&b=3')).toEqual({ status: 200, body: 5 });
          await runSql(url, 'drop table made');
          expect(await attacher.ask(branch, '/made')).toMatchObject({ status: 404 });
        }
      });

      test('the advisors find a view that skips row-level security, and what they propose ends it', async () => {
        const views = async () => {
          const { body } = await api('GET', `${shop.project}/advisors?branch_id=${shop.branch.split('/').at(-1)}`);
          return body.issues.filter(({ name }: { name: string }) => name === 'security_definer_view');
        };
        expect(await attacher.ask(shop, '/every_note?select=id', { sub: 'u1' })).toEqual({
          status: 200,
          body: [{ id: 1 }, { id: 2 }],
        });
        const [view, ...others] = await views();
        expect([view.metadata, others]).toEqual([{ schema: 'public', name: 'every_note' }, []]);
        await runSql(owner('shop'), view.perch.fix);
        expect(await views()).toEqual([]);
        const left = major === 14 ? { status: 403 } : { status: 200, body: [{ id: 1 }] };
        expect(await attacher.ask(shop, '/every_note?select=id', { sub: 'u1' })).toMatchObject(left);
      });

      test('on the server of its parent a branch is one database, and no other data API comes with it', async () => {
        const { body } = await api('GET', `${dev.branch}/databases`);
        expect(body.databases.map(({ name }: { name: string }) => name)).toEqual(['shop_dev']);
        expect((await api('GET', `${dev.branch}/data-api/shop`)).status).toBe(404);
      });

      test('the schema comes as SQL that makes it again, and is compared with the other branch', async () => {
        const at = async (branch: AttachedApi, database: string) =>
          (await api('GET', `${branch.branch}/schema?db_name=${database}`)).body.sql as string;
        const sql = await at(shop, 'shop');
        expect(sql).toContain('CREATE VIEW public.every_note');
        await runSql(server.url('postgres'), 'create database again owner tenant');
        await runSql(owner('again'), `${sql}; select * from public.notes, public."Odd ""name"`);
        // The parent's role owns that database too, so it is compared with itself.
        const compare = `${dev.branch}/compare_schema?db_name=shop_dev`;
        expect(await api('GET', compare)).toMatchObject({ status: 200, body: { diff: '' } });
      });

      test('credentials are replaced: the URL of the branch, and the login of its data API', async () => {
        await runSql(server.url('postgres'), "alter role tenant password 'second'");
        const branch = { perch: { connection_url: as('tenant', 'second', 'shop') } };
        expect(await api('PATCH', shop.branch, { branch })).toMatchObject({ status: 200 });
        await runSql(server.url('postgres'), "alter role tenant password 'first'");
        const again = { perch: { connection_url: owner('shop') } };
        expect(await api('PATCH', shop.branch, { branch: again })).toMatchObject({ status: 200 });
        const before = await logins();
        const { body } = await api('POST', `${shop.route}/rotate_login`, {});
        await finished(fleet.api, `${shop.project}/operations/${body.operations[0].id}`, PATIENCE_MS);
        const after = await logins();
        expect([after.length, after.filter((name) => !before.includes(name)).length]).toEqual([3, 1]);
        expect(await attacher.ask(shop, '/notes', { sub: 'u1' })).toMatchObject({
          status: 200,
          body: [{ canary: 'shop' }],
        });
      });

      test('disabling and deleting take the logins away and leave the rest as it was', async () => {
        const gone = async () => ((await logins()).length === 1 ? true : undefined);
        expect((await api('DELETE', dev.route)).status).toBeLessThan(300);
        expect((await api('DELETE', whole.project)).status).toBe(200);
        await eventually('two logins are gone', gone, PATIENCE_MS);
        expect(await attacher.ask(shop, '/notes', { sub: 'u1' })).toMatchObject({
          status: 200,
          body: [{ canary: 'shop' }],
        });
        expect((await attacher.ask(dev, '/notes')).status).toBe(404);
        const { rows } = await runSql(owner('shop_dev'), 'select polname::text from pg_policy order by 1');
        expect(rows.map(({ polname }) => polname)).toEqual(['open', 'own']);
      }, 120_000);
    });
  }
});
