#!/usr/bin/env node
// Writes the tenants as the JSON array that `perch data-plane --tenants FILE` reads (product.md section 2).
// node emit-tenants.mjs --db-url URL [--host-suffix .conformance.localhost] [--out FILE]
//   --db-url   connection of the role world_authenticator to the loaded world
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const databaseUrl = option('db-url');
if (!databaseUrl) {
  console.error('usage: node emit-tenants.mjs --db-url URL [--host-suffix S] [--out FILE]');
  process.exit(2);
}
const hostSuffix = option('host-suffix', '.conformance.localhost');
const LISTS = ['db_schemas']; // comma lists in PostgREST's own configuration, arrays in ours

/** The `jwt` object: the secret may be text, a JWK or a JWK set. */
function jwtOf({ jwt_secret: secret, jwt_secret_is_base64: isBase64 = false, jwt_aud: audience }) {
  const jwt = { audience_required: false };
  if (audience !== undefined) jwt.audience = audience;
  if (secret === undefined) return jwt;
  let key;
  try {
    key = JSON.parse(secret);
  } catch {
    /* a plain secret */
  }
  if (key && typeof key === 'object') jwt.jwks = key.keys ? key : { keys: [key] };
  else Object.assign(jwt, { secret, secret_is_base64: isBase64 });
  return jwt;
}

function settingsOf(all) {
  const settings = {};
  for (const [name, value] of Object.entries(all)) {
    if (['jwt_secret', 'jwt_secret_is_base64', 'jwt_aud'].includes(name)) continue;
    if (name.startsWith('app_settings_')) (settings.app_settings ??= {})[name.slice('app_settings_'.length)] = value;
    else settings[name] = LISTS.includes(name) ? value.split(',').map((s) => s.trim()) : value;
  }
  return settings;
}

const tenants = JSON.parse(fs.readFileSync(path.join(here, 'tenants.json'), 'utf8')).map(
  ({ name, note, settings }) => ({
    name,
    note,
    hostnames: [name + hostSuffix],
    path_prefix: '',
    database_url: databaseUrl,
    settings: settingsOf(settings),
    jwt: jwtOf(settings),
  }),
);
const text = `${JSON.stringify(tenants, null, 1)}\n`;
const out = option('out');
if (out) fs.writeFileSync(out, text);
else process.stdout.write(text);
