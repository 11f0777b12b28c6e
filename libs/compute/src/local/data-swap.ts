/**
 * Puts a copy in the place of a data directory. One of the two is whole at any moment and can be told from what is there,
 * so whoever was killed in between goes on, and what was there before comes back when the copy turns out to be no good.
 */
import { existsSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { isCluster } from '../embedded/init-cluster.js';

export interface DataSwap {
  /** Where the copy is made. */
  readonly freshDir: string;
  /** The copy is in place and the former data are kept still. */
  readonly isOpen: boolean;
  /** Goes on from wherever an earlier attempt ended: `isOpen`, or as if none had been. */
  recover(): Promise<void>;
  /** Nothing may run on either directory. */
  putInPlace(): void;
  /** Nothing may run on the directory. */
  putBack(): Promise<void>;
  /** The former data are lost then. */
  close(): Promise<void>;
}

export function createDataSwap(dataDir: string): DataSwap {
  const freshDir = `${dataDir}.reset`;
  const formerDir = `${dataDir}.former`;
  // What is being removed must not be taken for either of them.
  const goneDir = `${dataDir}.gone`;
  const remove = async (dir: string) => {
    await rm(goneDir, { recursive: true, force: true });
    if (!existsSync(dir)) return;
    renameSync(dir, goneDir);
    await rm(goneDir, { recursive: true, force: true });
  };
  return {
    freshDir,
    get isOpen() {
      return isCluster(formerDir);
    },
    async recover() {
      if (isCluster(formerDir) && !isCluster(dataDir)) {
        renameSync(isCluster(freshDir) ? freshDir : formerDir, dataDir);
      }
      await remove(freshDir);
    },
    putInPlace() {
      if (isCluster(dataDir)) renameSync(dataDir, formerDir);
      renameSync(freshDir, dataDir);
    },
    async putBack() {
      if (!isCluster(formerDir)) return;
      await rm(goneDir, { recursive: true, force: true });
      renameSync(dataDir, goneDir);
      renameSync(formerDir, dataDir);
      await rm(goneDir, { recursive: true, force: true });
    },
    close: () => remove(formerDir),
  };
}
