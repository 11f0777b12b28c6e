// How much a process allocates: its output under --trace-gc in, bytes of JavaScript heap allocated so far out, exact at each
// collection. A collection's line says `Scavenge 40.1 (60.9) -> 27.3 (60.9) MB`: used before and after it.
import { createInterface } from 'node:readline';

const collection = /: (?:Scavenge|Mark-Compact)[^\d]*(?:\(reduce\) )?([\d.]+) \([\d.]+\) -> ([\d.]+) \([\d.]+\) MB/;
const MEGABYTE = 1024 * 1024;

/** Lines that are no collection's go to standard output. */
export function countAllocation(stdout) {
  let after;
  let allocated = 0;
  createInterface({ input: stdout }).on('line', (line) => {
    const found = collection.exec(line);
    if (found === null) {
      if (!/^\[\d+:0x/.test(line)) process.stdout.write(`${line}\n`);
      return;
    }
    const [before, now] = [Number(found[1]), Number(found[2])];
    if (after !== undefined) allocated += Math.max(0, before - after) * MEGABYTE;
    after = now;
  });
  return { bytes: () => allocated };
}
