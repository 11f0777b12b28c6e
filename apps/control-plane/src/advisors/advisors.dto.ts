/** Advisors' issues as the contract writes them; what is ours is under `perch`. */
import type { AdvisorFinding } from '@perch/provisioning';
import { z } from 'zod';

const levels = ['INFO', 'WARN', 'ERROR'] as const;

export const adviseSchema = z.object({
  branch_id: z.string().min(1).optional(),
  database_name: z.string().min(1).optional(),
  category: z.enum(['SECURITY', 'PERFORMANCE']).optional(),
  min_severity: z.enum(levels).default('INFO'),
});
export type Advise = z.infer<typeof adviseSchema>;

export function toAdvisorsBody(findings: readonly AdvisorFinding[], { category, min_severity }: Advise) {
  const wanted = levels.slice(levels.indexOf(min_severity));
  return {
    issues: findings
      .filter(({ check }) => wanted.includes(check.level) && (category === undefined || check.category === category))
      .map(toIssueBody),
  };
}

function toIssueBody({ check, key, detail, fix, metadata }: AdvisorFinding) {
  return {
    name: check.name,
    title: check.title,
    level: check.level,
    facing: 'EXTERNAL',
    categories: [check.category],
    description: check.description,
    detail,
    remediation: `docs/advisors.md#${check.name}`,
    metadata,
    cache_key: `${check.name}:${key}`,
    perch: { fix, fix_kind: check.kind === 'database' ? 'sql' : 'request' },
  };
}
