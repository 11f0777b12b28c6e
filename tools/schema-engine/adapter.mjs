/**
 * Prisma's `pg` adapter, mended for what the schema engine asks of it: catalogue column types that the adapter does not
 * know, scripts that must run whole, and shadow databases that must not be the real one.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import { ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import pg from 'pg';

const CHAR = 18;
const TEXT = 25;
const TEXT_ARRAY = 1009;
/** Type OIDs of PostgreSQL's catalogues, read as text: "char", int2vector, regproc, oidvector, pg_node_tree, regclass. */
const readAs = { [CHAR]: TEXT, 22: TEXT, 24: TEXT, 28: TEXT, 30: TEXT, 194: TEXT, 2205: TEXT, 2206: TEXT, 1002: TEXT_ARRAY, 1003: TEXT_ARRAY, 1034: TEXT_ARRAY }; // prettier-ignore

/** Discrete fields and never a connection string: the adapter only replaces `database` for a shadow, which a string beats. */
function connectionParts(url) {
  const parsed = new URL(url ?? 'postgresql://none@127.0.0.1:1/none');
  return {
    host: decodeURIComponent(parsed.hostname),
    port: Number(parsed.port || 5432),
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password) || undefined,
    database: decodeURIComponent(parsed.pathname.slice(1)),
  };
}

async function withClient(config, use) {
  const client = new pg.Client(config);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** Runs `use` on the server's maintenance database, with the name of the database that the URL is about. */
function withMaintenance(url, use) {
  const parts = connectionParts(url);
  return withClient({ ...parts, database: 'postgres' }, (client) => use(client, parts.database));
}

const drop = (client, name) => client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);

export const canConnect = (url) => withClient(connectionParts(url), async () => ({}));
export const dropDatabase = (url) => withMaintenance(url, drop);

export const createDatabase = (url) =>
  withMaintenance(url, async (client, databaseName) => {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [databaseName]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(databaseName)}`);
    return { databaseName };
  });

export const runScript = (url, script) =>
  withClient(connectionParts(url), async (client) => {
    await client.query(script);
    return {};
  });

export class SchemaEngineAdapter extends PrismaPg {
  #url;
  #shadowUrl;
  #shadows = new Set();

  constructor({ url, shadowUrl }) {
    const schema = url ? (new URL(url).searchParams.get('schema') ?? undefined) : undefined;
    super({ ...connectionParts(url), max: 4 }, { schema });
    this.#url = url;
    this.#shadowUrl = shadowUrl;
  }

  async connect() {
    return mended(await super.connect());
  }

  async connectToShadowDb() {
    if (this.#shadowUrl) return mended(await new PrismaPg(connectionParts(this.#shadowUrl)).connect());
    const database = `prisma_migrate_shadow_db_${randomUUID()}`;
    await withMaintenance(this.#url, (client) => client.query(`CREATE DATABASE ${pg.escapeIdentifier(database)}`));
    this.#shadows.add(database);
    return mended(await new PrismaPg({ ...connectionParts(this.#url), database }).connect());
  }

  async dropShadowDatabases() {
    for (const name of this.#shadows) {
      await withMaintenance(this.#url, (client) => drop(client, name));
      this.#shadows.delete(name);
    }
  }
}

function mended(connection) {
  const charColumns = new AsyncLocalStorage();
  const { client } = connection;
  client.on?.('error', () => {});
  const query = client.query.bind(client);
  client.query = async (...args) => {
    const result = await query(...args);
    for (const one of [result].flat()) {
      one?.fields?.forEach((field, index) => {
        if (field.dataTypeID === CHAR) charColumns.getStore()?.push(index);
        field.dataTypeID = readAs[field.dataTypeID] ?? field.dataTypeID;
      });
    }
    return result;
  };
  const queryRaw = connection.queryRaw.bind(connection);
  connection.queryRaw = (params) => {
    const indexes = [];
    return charColumns.run(indexes, async () => {
      const result = await queryRaw(params);
      // "char" has to come back as a character, anything else stops the engine.
      for (const index of indexes) result.columnTypes[index] = ColumnTypeEnum.Character;
      return result;
    });
  };
  // The adapter's own cuts a script at every semicolon, function bodies included.
  connection.executeScript = async (script) => {
    try {
      await client.query(script);
    } catch (error) {
      connection.onError(error);
    }
  };
  return connection;
}
