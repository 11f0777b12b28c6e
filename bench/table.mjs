// Results as a Markdown table, and its place in bench/README.md.
import fs from 'node:fs';
import os from 'node:os';

/** Of the runs: none gives nothing. */
function median(values) {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

const number = (value) => (value === undefined ? '' : Math.round(value).toLocaleString('en-US'));
const ms = (value) => (value === undefined ? '' : value.toFixed(2));
const kilobytes = (value) => (value === undefined ? '' : (value / 1024).toFixed(1));
const of = (runs, fact) => median(runs.map(fact));
const perSecond = (run) => run.perSecond;
const cpu = (run) => run.cpuMicroseconds / run.total;

/** The middle one of the shares of each round: both of a round met the same moments of the machine. */
function share(ours, theirs) {
  const middle = median(theirs.map((run, round) => ours[round].perSecond / run.perSecond));
  return middle === undefined ? '' : `${Math.round(100 * middle)} %`;
}

export function renderTable(rows) {
  const head = [
    'request',
    'Perch req/s',
    'p50 ms',
    'p99 ms',
    'bare driver loop',
    'Perch / driver',
    'bare node:http server',
    'Perch / server',
    'bare sockets',
    'sockets / driver',
    'pgbench tps',
    'Perch / pgbench',
    'CPU us/request: Perch',
    'bare server',
    'bare driver',
    'KB allocated/request',
  ];
  const lines = rows.map(({ kind, perch, driver, server, sockets, pgbench }) => [
    kind,
    number(of(perch, perSecond)),
    ms(of(perch, (run) => run.p50Ms)),
    ms(of(perch, (run) => run.p99Ms)),
    number(of(driver, perSecond)),
    share(perch, driver),
    number(of(server, perSecond)),
    share(perch, server),
    number(of(sockets, perSecond)),
    share(sockets, driver),
    number(of(pgbench, perSecond)),
    share(perch, pgbench),
    number(of(perch, cpu)),
    number(of(server, cpu)),
    number(of(driver, cpu)),
    kilobytes(of(perch, (run) => run.allocatedBytes / run.total)),
  ]);
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, at) => (at === 0 ? '---' : '--:'))), ...lines.map(line)].join('\n');
}

export function writeTable(file, rows, { rounds, seconds }) {
  writeSection(file, 'results', `${renderTable(rows)}\n\nMedian of ${rounds} runs of ${seconds} s.`);
}

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->`, with the machine under it. */
export function writeSection(file, name, text) {
  const page = fs.readFileSync(file, 'utf8');
  const start = `<!-- ${name} -->`;
  const end = `<!-- /${name} -->`;
  if (!page.includes(start) || !page.includes(end)) throw new Error(`${file} has no place for '${name}'`);
  const machine = `Node ${process.version}, ${os.cpus().length} cores (${os.cpus()[0]?.model.trim()}).`;
  fs.writeFileSync(
    file,
    `${page.slice(0, page.indexOf(start))}${start}\n\n${text}\n\n${machine}\n\n${page.slice(page.indexOf(end))}`,
  );
}
