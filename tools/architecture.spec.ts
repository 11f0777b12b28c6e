/**
 * Who may import whom, read from the files themselves: lint knows it too, but skips silently without a project graph.
 * The table is `mayImport` in eslint.config.mjs, so there is one of it.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const roomOrder = [
  ['error', 'identifiers', 'media-type', 'range', 'sql-executor'],
  ['schema-cache', 'api-request'],
  ['plan'],
  ['query'],
  ['execute'],
  ['response'],
  ['engine'],
];

function readMayImport(): Record<string, readonly string[]> {
  const config = fs.readFileSync(path.join(root, 'eslint.config.mjs'), 'utf8');
  const table = /const mayImport = (\{[\s\S]*?\n\});?/.exec(config)?.[1];
  if (table === undefined) throw new Error('eslint.config.mjs has no mayImport table');
  return Object.fromEntries(
    [...table.matchAll(/^\s+'?([a-z-]+)'?: \[([^\]]*)\]/gm)].map(([, scope = '', list = '']) => [
      scope,
      [...list.matchAll(/'([a-z-]+)'/g)].map(([, name = '']) => name),
    ]),
  );
}

function sources(dir: string): string[] {
  return fs.readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(dir, entry.name);
    if (entry.isDirectory()) return ['generated', 'node_modules', 'dist'].includes(entry.name) ? [] : sources(full);
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts') ? [full] : [];
  });
}

const imports = (file: string) =>
  [...fs.readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(([, specifier = '']) => specifier);

const projects = ['apps', 'libs'].flatMap((kind) =>
  fs
    .readdirSync(path.join(root, kind))
    .map((name) => ({ name, src: path.join(root, kind, name, 'src') }))
    .filter(({ src, name }) => name !== 'e2e' && fs.existsSync(src)),
);

describe('architecture', () => {
  const mayImport = readMayImport();

  test('every project has its row and its sources', () => {
    expect(Object.keys(mayImport).sort()).toEqual(projects.map(({ name }) => name).sort());
    for (const { src } of projects) expect(sources(src).length).toBeGreaterThan(0);
  });

  test.each(projects)('$name imports only what stands below it', ({ name, src }) => {
    const allowed = mayImport[name] ?? [];
    const wrong = sources(src).flatMap((file) =>
      imports(file)
        .map((specifier) => /^@perch\/([a-z-]+)/.exec(specifier)?.[1])
        .filter((scope) => scope !== undefined && !allowed.includes(scope))
        .map((scope) => `${path.relative(root, file)} imports @perch/${scope}`),
    );
    expect(wrong).toEqual([]);
  });

  test.each(projects)('$name stays within itself with relative imports', ({ src }) => {
    const home = path.dirname(src) + path.sep;
    const wrong = sources(src).flatMap((file) =>
      imports(file)
        .filter((specifier) => specifier.startsWith('.'))
        .filter((specifier) => !path.resolve(path.dirname(file), specifier).startsWith(home))
        .map((specifier) => `${path.relative(root, file)} imports ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  test('the fleet knows neither Prisma nor BullMQ nor Nest, and the engine no package of ours', () => {
    const fleet = ['contract', 'observability', 'engine', 'postgres', 'jwt', 'tenancy', 'data-plane'];
    const files = projects.filter(({ name }) => fleet.includes(name)).flatMap(({ src }) => sources(src));
    expect(files.length).toBeGreaterThan(20);
    const wrong = files.filter((file) => imports(file).some((name) => /^(@prisma|bullmq|@nestjs|prisma)/.test(name)));
    expect(wrong).toEqual([]);
  });

  test('rooms of the engine import only rooms to their left', () => {
    const src = path.join(root, 'libs/engine/src');
    const rank = (room: string) => roomOrder.findIndex((rooms) => rooms.includes(room));
    const roomOf = (file: string) =>
      path
        .relative(src, file)
        .split(path.sep)[0]
        ?.replace(/\.(ts|js)$/, '') ?? '';
    const files = sources(src).filter((file) => rank(roomOf(file)) >= 0);
    expect(files.length).toBeGreaterThan(20);
    const wrong = files.flatMap((file) =>
      imports(file)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => roomOf(path.resolve(path.dirname(file), specifier)))
        .filter((room) => rank(room) >= 0 && room !== roomOf(file))
        .filter((room) => rank(room) >= rank(roomOf(file)) && !(rank(room) === 0 && rank(roomOf(file)) === 0))
        .map((room) => `${path.relative(src, file)} imports ${room}`),
    );
    expect(wrong).toEqual([]);
  });
});
