/** Checks a new connection URL of an attached branch before anything of it is kept. */
import { Injectable } from '@nestjs/common';
import { ComputeError, inspectReplacement } from '@perch/compute';
import { BranchRepository, DataApiRepository, type Branch, type BranchConnection } from '@perch/database';
import { failure } from '../error/control-plane-error.js';

@Injectable()
export class ConnectionReplacement {
  constructor(
    private readonly branches: BranchRepository,
    private readonly dataApis: DataApiRepository,
  ) {}

  /** @throws branch.option-unavailable on a local branch; compute.not-usable when it must not take the place of the old one */
  async check(branch: Branch, connectionUrl: string): Promise<BranchConnection> {
    const inForce = await this.branches.connectionUrl(branch.id);
    if (inForce === undefined) {
      throw failure(
        'branch.option-unavailable',
        'perch.connection_url',
        'the Postgres of this branch is one of our own',
      );
    }
    const dataApis = (await this.dataApis.listOfBranch(branch.id)).filter(({ status }) => status === 'active');
    const logins = dataApis.map(({ loginRole, databaseName }) => ({ role: loginRole, database: databaseName }));
    try {
      const { host, port, role } = await inspectReplacement(connectionUrl, { connectionUrl: inForce, logins });
      const password = decodeURIComponent(new URL(connectionUrl).password);
      return { connectionUrl, host, port, role, password: password === '' ? undefined : password };
    } catch (error) {
      throw error instanceof ComputeError ? failure('compute.not-usable', error.message) : error;
    }
  }
}
