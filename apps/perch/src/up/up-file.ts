/** What `perch up` leaves for scripts in PERCH_HOME/up.json, and the banner with the same facts for people. */
import path from 'node:path';
import type { Demo } from './demo.js';
import { writePrivate } from './home.js';

export interface UpFacts {
  readonly console_url: string;
  readonly api_url: string;
  readonly data_plane_url: string;
  /** null until managed auth exists. */
  readonly auth_url: string | null;
  readonly api_key: string;
  readonly demo: Demo;
}

export function writeUpFile(home: string, facts: UpFacts): string {
  const file = path.join(home, 'up.json');
  writePrivate(file, `${JSON.stringify(facts, null, 2)}\n`);
  return file;
}

/** @param tookMs milliseconds from start to here, for the headline. */
export function banner(facts: UpFacts, upFile: string, tookMs: number): string {
  const { demo } = facts;
  const enable = `${facts.api_url}/projects/${demo.project_id}/branches/${demo.branch_id}/data-api`;
  return `
Perch is up (${(tookMs / 1000).toFixed(1)} s)

  console    ${facts.console_url}
  API        ${facts.api_url}
  API key    ${facts.api_key}
  data API   ${demo.data_api_url}
  state      ${path.dirname(upFile)} (these facts for scripts: ${path.basename(upFile)})

Ask the demo project for rows:

  curl '${demo.data_api_url}/playing_with_neon?select=name,value&order=id&limit=3'

See how its data API is set up:

  curl -H 'Authorization: Bearer ${facts.api_key}' '${enable}'

Next: docs/getting-started.md enables the data API on a project of your own. Ctrl-C stops everything; state is kept.
`;
}
