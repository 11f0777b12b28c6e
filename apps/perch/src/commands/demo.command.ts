/** `perch demo`: seeds the demo project again, on a Perch that is up. */
import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { loadUpConfig } from '../config.js';
import { seedDemo } from '../up/demo.js';
import { ManagementClient } from '../up/management-client.js';
import { writeUpFile, type UpFacts } from '../up/up-file.js';
import { UsageError } from '../usage-error.js';

const upFileSchema = z.object({
  console_url: z.string(),
  api_url: z.string(),
  data_plane_url: z.string(),
  auth_url: z.string().nullable(),
  api_key: z.string(),
});

export async function demoCommand(): Promise<void> {
  const { home } = loadUpConfig();
  const file = path.join(home, 'up.json');
  if (!fs.existsSync(file)) {
    throw new UsageError(`There is no ${file}. Start Perch first: \`npm start\`, then run this beside it.`, [], 1);
  }
  const up = readUpFile(file);
  const demo = await seedDemo(home, new ManagementClient(up.api_url, up.api_key));
  const facts: UpFacts = { ...up, demo };
  writeUpFile(home, facts);
  process.stdout.write(`The demo project is ${demo.project_id}; its data API: ${demo.data_api_url}\n`);
}

/** @throws UsageError when the file is not as `perch up` wrote it */
function readUpFile(file: string) {
  try {
    return upFileSchema.parse(JSON.parse(fs.readFileSync(file, 'utf8')));
  } catch {
    throw new UsageError(`${file} is damaged. Start Perch again, which writes it anew.`, [], 1);
  }
}
