/** docs/configuration.md names every variable and every setting that there is, and none that there is not. */
import fs from 'node:fs';
import { settingsSchema } from '@perch/contract';
import { controlPlaneEnvironment } from '../apps/control-plane/src/config.js';
import { dataPlaneEnvironment } from '../apps/data-plane/src/config.js';
import { upEnvironment } from '../apps/perch/src/config.js';
import { workerEnvironment } from '../apps/worker/src/config.js';

const page = fs.readFileSync(new URL('../docs/configuration.md', import.meta.url), 'utf8');
const firstColumn = (heading: string) => {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name).sort();
};

test('every environment variable that a process reads is documented', () => {
  const environments = [controlPlaneEnvironment, dataPlaneEnvironment, workerEnvironment, upEnvironment];
  const read = new Set(environments.flatMap((environment) => Object.keys(environment.shape)));
  expect(firstColumn('Environment')).toEqual([...read].sort());
});

test('every setting of a data API is documented', () => {
  expect(firstColumn('Settings')).toEqual(Object.keys(settingsSchema.shape).sort());
});
