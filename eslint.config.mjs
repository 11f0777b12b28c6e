// The house rules a machine can check: who may import whom, no bare Error, the environment read in config.ts only.
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/** What each scope may depend on (docs/architecture.md). Downward only; apps wire. */
const mayImport = {
  contract: [],
  observability: [],
  engine: [],
  postgres: ['engine'],
  jwt: ['contract', 'engine'],
  tenancy: ['contract', 'postgres', 'observability'],
  compute: ['contract', 'postgres'],
  provisioning: ['contract', 'postgres'],
  database: ['contract'],
  queue: ['contract'],
  perch: ['contract', 'compute', 'postgres', 'observability', 'control-plane', 'worker', 'data-plane'],
  'control-plane': ['contract', 'observability', 'jwt', 'postgres', 'compute', 'provisioning', 'database', 'queue'],
  worker: ['contract', 'observability', 'jwt', 'postgres', 'compute', 'provisioning', 'database', 'queue'],
  'data-plane': ['contract', 'observability', 'engine', 'postgres', 'jwt', 'tenancy'],
};

/** The one app that imports apps: `perch` loads the plane that its subcommand names. */
const planes = ['@perch/control-plane', '@perch/worker', '@perch/data-plane'];

const depConstraints = Object.entries(mayImport).map(([scope, allowed]) => ({
  sourceTag: `scope:${scope}`,
  onlyDependOnLibsWithTags: [scope, ...allowed].map((name) => `scope:${name}`),
}));

const noBareError = ['Error', 'TypeError', 'RangeError'].flatMap((name) =>
  ['NewExpression', 'CallExpression'].map((node) => ({
    selector: `${node}[callee.name='${name}']`,
    message: 'Use an error class with a code (CONTRIBUTING.md, Errors).',
  })),
);

const noEnvironment = [
  "MemberExpression[object.name='process'][property.name='env']",
  "VariableDeclarator[init.name='process'] > ObjectPattern > Property[key.name='env']",
  "ImportDeclaration[source.value=/^(node:)?process$/] > ImportSpecifier[imported.name='env']",
].map((selector) => ({ selector, message: 'Only config.ts reads the environment.' }));

const boundaries = (options) => ({
  '@nx/enforce-module-boundaries': ['error', { enforceBuildableLibDependency: true, depConstraints, ...options }],
});

export default tseslint.config(
  { ignores: ['**/dist', '**/generated', '**/node_modules', '.nx', '.perch'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.mjs'],
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'],
    // Specs may use the workspace's own test database (tools/testing).
    ignores: ['**/*.spec.ts'],
    plugins: { '@nx': nx },
    rules: boundaries({}),
  },
  { files: ['apps/perch/src/**/*.ts'], ignores: ['**/*.spec.ts'], rules: boundaries({ allow: planes }) },
  {
    files: ['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'],
    ignores: ['**/*.spec.ts', 'apps/e2e/**'],
    rules: {
      'no-restricted-syntax': ['error', ...noBareError, ...noEnvironment],
      'no-console': 'error',
    },
  },
  { files: ['**/config.ts'], rules: { 'no-restricted-syntax': ['error', ...noBareError] } },
  {
    files: ['**/*.spec.ts'],
    rules: { 'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }] },
  },
  // Closed tables and catalogue queries read better whole.
  { files: ['**/catalogue.ts', '**/*.sql.ts'], rules: { 'max-lines': 'off' } },
);
