// Results as a Markdown table, and its place in bench/README.md.
import fs from 'node:fs';
import os from 'node:os';

const START = '<!-- results -->';
const END = '<!-- /results -->';

const number = (value) => (value === undefined ? '' : Math.round(value).toLocaleString('en-US'));
const share = (one, other) => (other === undefined ? '' : `${Math.round((100 * one.perSecond) / other.perSecond)} %`);
const ms = (value) => (value === undefined ? '' : value.toFixed(2));

const cpu = (run) =>
  run === undefined || Number.isNaN(run.cpuMicroseconds) ? undefined : run.cpuMicroseconds / run.total;

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
    'pgbench tps',
    'Perch / pgbench',
    'CPU us/request: Perch',
    'bare server',
    'bare driver',
  ];
  const lines = rows.map(({ kind, perch, driver, server, pgbench }) => [
    kind,
    number(perch.perSecond),
    ms(perch.p50Ms),
    ms(perch.p99Ms),
    number(driver?.perSecond),
    share(perch, driver),
    number(server?.perSecond),
    share(perch, server),
    number(pgbench?.perSecond),
    share(perch, pgbench),
    number(cpu(perch)),
    number(cpu(server)),
    number(cpu(driver)),
  ]);
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, at) => (at === 0 ? '---' : '--:'))), ...lines.map(line)].join('\n');
}

export function writeTable(file, rows, { rounds, seconds }) {
  const text = fs.readFileSync(file, 'utf8');
  const [before] = text.split(START);
  const after = text.slice(text.indexOf(END));
  const machine = `Node ${process.version}, ${os.cpus().length} cores (${os.cpus()[0]?.model.trim()}), median of ${rounds} runs of ${seconds} s.`;
  fs.writeFileSync(file, `${before}${START}\n\n${renderTable(rows)}\n\n${machine}\n\n${after}`);
}
