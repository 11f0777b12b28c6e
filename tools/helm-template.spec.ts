/** The renderer of chart specs against what Go's text/template, with sprig and Helm's functions, made of the same (recorded). */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { renderChart, type Values } from './testing/helm/render-chart.js';

const values: Values = {
  word: 'word',
  number: 400,
  ratio: 0.01,
  million: 1_000_000,
  large: 12_345_678,
  tiny: 0.00001,
  yes: true,
  zero: 0,
  empty: '',
  tricky: 'a "b" \\ c',
  lines: 'x: 1\ny: 2',
  list: ['a', 'b'],
  map: { a: 'A' },
};

const recorded: readonly (readonly [name: string, template: string, output: string])[] = [
  ['text', 'a {{ .Values.word }} b', 'a word b'],
  ['trim', 'a\n  {{- if true }}\n  b\n  {{- end }}\n  c', 'a\n  b\n  c'],
  ['trim-right', 'a {{ .Values.word -}}   \n  b', 'a wordb'],
  ['comment', 'a{{/* nothing "here" }} */}}b{{- /* x */ -}} c', 'abc'],
  ['else-if', '{{ if .Values.no }}1{{ else if .Values.list }}2{{ else }}3{{ end }}', '2'],
  [
    'with-else',
    '{{ with .Values.no }}1{{ else }}{{ .Values.word }}{{ end }}{{ with .Values.map }}{{ .a }}{{ end }}',
    'wordA',
  ],
  ['scope', '{{ $x := "a" }}{{ if true }}{{ $x = "b" }}{{ $y := $x }}{{ $y }}{{ end }}{{ $x }}', 'bb'],
  ['shadow', '{{ $x := "a" }}{{ with .Values.map }}{{ $x := "b" }}{{ $x }}{{ end }}{{ $x }}', 'ba'],
  ['root', '{{ with .Values.map }}{{ $.Values.word }}{{ end }}', 'word'],
  [
    'quote',
    '{{ .Values.word | quote }} {{ .Values.number | quote }} {{ .Values.none | quote }} {{ .Values.yes | quote }} {{ .Values.tricky | quote }}',
    '"word" "400"  "true" "a \\"b\\" \\\\ c"',
  ],
  [
    'numbers',
    '{{ .Values.number }} {{ .Values.ratio }} {{ .Values.million }} {{ .Values.million | int }} {{ .Values.large | quote }} {{ .Values.tiny }}',
    '400 0.01 1e+06 1000000 "1.2345678e+07" 1e-05',
  ],
  ['default', '{{ default "d" .Values.empty }}{{ default "d" .Values.word }}{{ .Values.zero | default 7 }}', 'dword7'],
  ['nindent', 'a:{{ .Values.lines | nindent 2 }}', 'a:\n  x: 1\n  y: 2'],
  ['printf', '{{ printf "%s-%s" .Values.word (default "x" .Values.empty) | trunc 5 | trimSuffix "-" }}', 'word'],
  [
    'conditions',
    '{{ if not .Values.empty }}1{{ end }}{{ if gt (int .Values.number) 1 }}2{{ end }}{{ if contains "or" .Values.word }}3{{ end }}{{ if .Values.zero }}4{{ end }}',
    '123',
  ],
  [
    'include',
    '{{ define "t" -}} <{{ .a }}> {{- end }}{{ include "t" .Values.map }}{{ include "t" (dict "a" "z") | quote }}',
    '<A>"<z>"',
  ],
  ['join', '{{ join "," .Values.list }} {{ replace "o" "0" .Values.word }}', 'a,b w0rd'],
  ['nothing', '[{{ .Values.none }}]', '[]'],
];

function render(template: string): string | undefined {
  const chart = fs.mkdtempSync(path.join(os.tmpdir(), 'perch-chart-'));
  try {
    fs.mkdirSync(path.join(chart, 'templates'));
    fs.writeFileSync(path.join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: mini\nversion: 1.0.0\n');
    fs.writeFileSync(path.join(chart, 'templates', 't'), template);
    return renderChart(chart, values, { name: 'r1', namespace: 'apps' }).get('t');
  } finally {
    fs.rmSync(chart, { recursive: true });
  }
}

test.each(recorded)('%s', (_name, template, output) => expect(render(template)).toBe(output));

test.each([
  ['{{ lower "A" }}', "'lower' is not a function"],
  ['{{ range .Values.list }}{{ . }}{{ end }}', "'range' is not in the part"],
  ['{{ .Values.none.deeper }}', "there is no 'deeper'"],
  ['{{ .Values.map }}', 'a map or a list is printed'],
  ['{{ if true }}', 'an end is missing'],
  ['{{ end }}', "'end' closes nothing"],
  ['{{ required "say it" .Values.empty }}', 'say it'],
])('%s is refused', (template, reason) => expect(() => render(template)).toThrow(reason));
