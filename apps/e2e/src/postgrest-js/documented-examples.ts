/** The examples in the documentation comments of `@supabase/postgrest-js`: its sources in, world, call and answer of each out. */
import fs from 'node:fs';
import path from 'node:path';
import { workspace } from '../harness/perch-process.js';

export interface DocumentedExample {
  /** Unique: the method that is documented, and the example's own title. */
  readonly title: string;
  /** Statements with `supabase` in them. */
  readonly code: string;
  /** Makes the tables it is about. */
  readonly sql: string;
  /** What it is said to answer; undefined where that is no JSON, as with a plan. */
  readonly answer: DocumentedAnswer | undefined;
}

export interface DocumentedAnswer {
  readonly data?: unknown;
  readonly count?: unknown;
  readonly error?: unknown;
  readonly status?: number;
  readonly statusText?: string;
}

type Part = 'example' | 'exampleSql' | 'exampleResponse';

const sources = path.join(workspace, 'node_modules/@supabase/postgrest-js/src');
const files = [
  'PostgrestQueryBuilder.ts',
  'PostgrestFilterBuilder.ts',
  'PostgrestTransformBuilder.ts',
  'PostgrestClient.ts',
];

/** Those that come with their tables. */
export function documentedExamples(): readonly DocumentedExample[] {
  return files.flatMap((file) => {
    const source = fs.readFileSync(path.join(sources, file), 'utf8');
    return [...source.matchAll(/\/\*\*([\s\S]*?)\*\/\s*(\w+)/g)].flatMap(([, comment = '', method = '']) =>
      examplesOf(comment, `${file.replace('.ts', '')}.${method}`),
    );
  });
}

function examplesOf(comment: string, method: string): readonly DocumentedExample[] {
  const text = comment.replace(/^\s*\* ?/gm, '');
  const parts = new Map<string, Partial<Record<Part, string>>>();
  for (const [, part, title = '', code = ''] of text.matchAll(
    /@(exampleSql|exampleResponse|example)([^\n]*)\n+(?:```\w*\n)+([\s\S]*?)```/g,
  )) {
    parts.set(title.trim(), { ...parts.get(title.trim()), [part as Part]: code });
  }
  return [...parts].flatMap(([title, { example, exampleSql, exampleResponse }]) =>
    example === undefined || exampleSql === undefined
      ? []
      : [{ title: `${method}: ${title}`, code: example, sql: exampleSql, answer: answerOf(exampleResponse) }],
  );
}

function answerOf(text: string | undefined): DocumentedAnswer | undefined {
  try {
    return JSON.parse(text ?? '') as DocumentedAnswer;
  } catch {
    return undefined;
  }
}
