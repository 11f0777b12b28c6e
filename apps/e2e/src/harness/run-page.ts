/** Runs a page of docs/ as written: every bash block in one shell, every javascript block with node. */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { workspace } from './perch-process.js';

export interface PageBlock {
  readonly language: string;
  readonly text: string;
}

/** What runs; blocks of other languages (`sh` among them) are there to be read. */
export function blocksOf(page: string): readonly PageBlock[] {
  const text = fs.readFileSync(path.join(workspace, 'docs', page), 'utf8');
  return [...text.matchAll(/^```(bash|javascript)\n([\s\S]*?)^```$/gm)].map(([, language = '', block = '']) => ({
    language,
    text: block,
  }));
}

/**
 * @param home the PERCH_HOME of the Perch that runs
 * @returns what the commands printed
 */
export async function runPage(
  blocks: readonly PageBlock[],
  home: string,
  env: Record<string, string>,
  timeoutMs: number,
): Promise<string> {
  // A checkout of its own, as far as the page can tell: .perch is this Perch's home, files that it saves stay here.
  const checkout = fs.mkdtempSync(path.join(home, 'checkout-'));
  fs.symlinkSync(home, path.join(checkout, '.perch'));
  for (const name of ['examples', 'node_modules', 'package.json'])
    fs.symlinkSync(path.join(workspace, name), path.join(checkout, name));
  const script = blocks.map(({ language, text }, index) => {
    if (language === 'bash') return text;
    fs.writeFileSync(path.join(checkout, `block-${index}.mjs`), text);
    return `node block-${index}.mjs`;
  });
  const file = path.join(checkout, 'page.sh');
  fs.writeFileSync(
    file,
    ['set -euo pipefail', "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT", ...script].join('\n'),
  );
  const { stdout } = await promisify(execFile)('bash', [file], { cwd: checkout, env, timeout: timeoutMs });
  return stdout;
}

export const hasCurl = (process.env['PATH'] ?? '')
  .split(path.delimiter)
  .some((dir) => fs.existsSync(path.join(dir, 'curl')));
