/** The schema of a branch's database as SQL, and how it differs from another branch's. A suspended branch is woken for it. */
import { Injectable } from '@nestjs/common';
import { BranchDatabaseRepository, EndpointRepository, type Branch } from '@perch/database';
import { withClient } from '@perch/postgres';
import { dumpSchema } from '@perch/provisioning';
import { OwnerUrls } from '../databases/owner-urls.js';
import { EndpointWaker } from '../endpoints/endpoint-waker.js';
import { ControlPlaneError, failure, present } from '../error/control-plane-error.js';
import type { Caller } from '../http/caller.js';
import { ProjectAccess } from '../projects/project-access.js';
import type { CompareSchema, ReadSchema } from './schemas.dto.js';
import { unifiedDiff } from './unified-diff.js';

const NO_HISTORY = 'Perch keeps no history of a branch; leave it out to read the schema as it is now';
/** Milliseconds for a connection and for each statement. */
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 30_000;
/** Milliseconds to look for what differs: enough for some ten thousand lines. */
const DIFF_TIMEOUT_MS = 15_000;

@Injectable()
export class SchemasService {
  constructor(
    private readonly access: ProjectAccess,
    private readonly databases: BranchDatabaseRepository,
    private readonly endpoints: EndpointRepository,
    private readonly ownerUrls: OwnerUrls,
    private readonly waker: EndpointWaker,
  ) {}

  /** @throws database.not-found, branch.option-unavailable, branch.busy, schema.not-available */
  async read(caller: Caller, projectId: string, branchId: string, query: ReadSchema): Promise<string> {
    const branch = await this.access.branch(caller, projectId, branchId);
    assertNow(query, ['lsn', 'timestamp']);
    if (query.format === 'json') throw failure('branch.option-unavailable', 'format', "only 'sql' is offered");
    return this.schemaOf(branch, query.db_name);
  }

  /**
   * As a unified diff from the base to the branch; '' when they are the same.
   *
   * @throws branch.not-found of the base, and what `read` throws
   */
  async compare(caller: Caller, projectId: string, branchId: string, query: CompareSchema): Promise<string> {
    const branch = await this.access.branch(caller, projectId, branchId);
    assertNow(query, ['lsn', 'timestamp', 'base_lsn', 'base_timestamp']);
    const baseId = query.base_branch_id ?? branch.parentId;
    if (baseId === null) {
      throw failure('branch.option-unavailable', 'base_branch_id', 'a root has no parent; name another branch');
    }
    const base = await this.access.branch(caller, projectId, baseId);
    const textOf = async (one: Branch) => ({
      name: `${one.name}/${query.db_name}`,
      text: await this.schemaOf(one, query.db_name),
    });
    const [before, after] = await Promise.all([textOf(base), textOf(branch)]);
    const diff = await unifiedDiff(before, after, DIFF_TIMEOUT_MS);
    return present(diff, 'schema.not-available', query.db_name, 'it differs in too many lines to be compared');
  }

  private async schemaOf(branch: Branch, database: string): Promise<string> {
    present(await this.databases.find(branch.id, database), 'database.not-found', database);
    if (branch.currentState !== 'ready') throw failure('branch.busy', `it is in the state '${branch.currentState}'`);
    const [endpoint] = await this.endpoints.listEvenHidden(branch.id);
    if (endpoint === undefined) throw failure('endpoint.none', branch.id);
    try {
      await this.waker.wakeToRead(endpoint);
      const place = { branchId: branch.id, endpointId: endpoint.id, databaseName: database };
      const url = present(
        await this.ownerUrls.of(place),
        'schema.not-available',
        database,
        'its compute is not running',
      );
      return await withClient(url, dumpSchema, {
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
        statementTimeoutMs: STATEMENT_TIMEOUT_MS,
      });
    } catch (error) {
      if (error instanceof ControlPlaneError && error.status < 500) throw error;
      throw failure('schema.not-available', database, error instanceof Error ? error.message : String(error));
    }
  }
}

/** @throws branch.option-unavailable for a moment that is not now */
function assertNow<Query extends object>(query: Query, moments: readonly (keyof Query & string)[]): void {
  const asked = moments.find((name) => query[name] !== undefined);
  if (asked !== undefined) throw failure('branch.option-unavailable', asked, NO_HISTORY);
}
