/**
 * Says when the content of a file may have changed, however it was changed: written in place, renamed over as editors do,
 * or reached by a link that now points elsewhere (as mounted configuration does).
 */
import fs from 'node:fs';
import path from 'node:path';

export interface FileWatch {
  stop(): void;
}

/** Milliseconds of quiet before the callback: an editor writes in several steps. */
const settleMs = 50;

export function watchFile(file: string, pollIntervalMs: number, changed: () => void): FileWatch {
  let settle: NodeJS.Timeout | undefined;
  const soon = () => {
    clearTimeout(settle);
    settle = setTimeout(changed, settleMs).unref();
  };
  const watcher = watchDirectory(path.dirname(path.resolve(file)), soon);
  // Notifications get lost on some file systems and behind links, so the file is also looked at from time to time.
  let seen = stamp(file);
  const poll = setInterval(() => {
    const now = stamp(file);
    if (now !== seen) soon();
    seen = now;
  }, pollIntervalMs).unref();
  return {
    stop() {
      clearTimeout(settle);
      clearInterval(poll);
      watcher?.close();
    },
  };
}

function watchDirectory(directory: string, changed: () => void): fs.FSWatcher | undefined {
  try {
    const watcher = fs.watch(directory, { persistent: false }, changed);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}

function stamp(file: string): string {
  try {
    const { ino, size, mtimeMs, ctimeMs } = fs.statSync(file);
    return [ino, size, mtimeMs, ctimeMs].join(':');
  } catch {
    return 'missing';
  }
}
