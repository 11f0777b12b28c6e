/** Runs the checks on one data API: its configuration and its database in; the issues out. Reads only. */
import type { ClientBase } from 'pg';
import { authenticatedGroup } from '../provisioning-spec.js';
import { openSession, prepareConnection } from '../session.js';
import type { AdvisedConfiguration, AdvisorFinding, AdvisorScope, DatabaseCheck } from './advisor-check.js';
import { advisorScopeSql } from './advisor-scope.sql.js';
import { advisorChecks } from './catalogue.js';

interface IssueRow {
  readonly key: string;
  readonly detail: string;
  readonly fix: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** @throws ProvisioningError naming the check that could not be done */
export async function runDatabaseAdvisors(client: ClientBase, scope: AdvisorScope): Promise<readonly AdvisorFinding[]> {
  const connection = await prepareConnection(client);
  const values = [scope.schemas, scope.anonymousRole, authenticatedGroup, scope.groupRole];
  const findings: AdvisorFinding[] = [];
  for (const check of advisorChecks.filter((each): each is DatabaseCheck => each.kind === 'database')) {
    const session = openSession(connection, check.name);
    const rows = await session.rows<IssueRow>({ text: `${advisorScopeSql}\n${check.sql} order by 1`, values });
    findings.push(...rows.map((row) => ({ ...row, check })));
  }
  return findings;
}

export function runConfigurationAdvisors(configuration: AdvisedConfiguration): readonly AdvisorFinding[] {
  return advisorChecks.flatMap((check) => {
    const found = check.kind === 'configuration' ? check.find(configuration) : undefined;
    return found === undefined ? [] : [{ check, key: 'data-api', ...found, metadata: {} }];
  });
}
