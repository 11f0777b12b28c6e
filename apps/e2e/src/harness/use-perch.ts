/** A Perch for the tests of a describe block: up before the first of them, gone with its home behind the last. */
import fs from 'node:fs';
import { findPortBase, makeHome, startPerch, type PerchProcess } from './perch-process.js';

/** Milliseconds: on a busy machine too. */
const START_MS = 120_000;

/** Its members are there from the block's own `beforeAll` on. */
export function usePerch(): PerchProcess & { readonly home: string } {
  let home = '';
  let running: PerchProcess | undefined;
  beforeAll(async () => {
    home = makeHome();
    running = await startPerch({ home, portBase: await findPortBase() });
  }, START_MS);
  afterAll(async () => {
    await running?.stop();
    fs.rmSync(home, { recursive: true, force: true });
  }, START_MS);
  const started = (): PerchProcess => {
    if (running === undefined) throw new Error('this Perch is not up yet');
    return running;
  };
  return {
    get home() {
      return home;
    },
    get up() {
      return started().up;
    },
    get pid() {
      return started().pid;
    },
    output: () => started().output(),
    stop: () => started().stop(),
    killHard: () => started().killHard(),
  };
}
