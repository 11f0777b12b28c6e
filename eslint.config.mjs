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

/** The one app that imports apps: `perch` loads the plane that its subcommand names (mayImport above still holds). */
const planes = ['@perch/control-plane', '@perch/worker', '@perch/data-plane'];

const depConstraints = Object.entries(mayImport).map(([scope, allowed]) => ({
  sourceTag: `scope:${scope}`,
  onlyDependOnLibsWithTags: [scope, ...allowed].map((name) => `scope:${name}`),
}));

const noBareError = ['Error', 'TypeError', 'RangeError'].flatMap((name) =>
  ['NewExpression', 'CallExpression'].map((node) => ({
    selector: `ThrowStatement > ${node}[callee.name='${name}']`,
    message: 'Throw an error class with a code (CONTRIBUTING.md, Errors).',
  })),
);

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
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { enforceBuildableLibDependency: true, allow: planes, depConstraints },
      ],
    },
  },
  {
    files: ['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'],
    ignores: ['**/*.spec.ts', 'apps/e2e/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...noBareError,
        {
          selector: "MemberExpression[object.name='process'][property.name='env']",
          message: 'Only config.ts reads the environment.',
        },
      ],
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
