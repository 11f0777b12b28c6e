/** What the fleet gets: snapshots, and a word that somebody met an unknown key. */
import { Injectable } from '@nestjs/common';
import type { TenantAddress, TenantSnapshot } from '@perch/contract';
import { TenantRepository } from '@perch/database';
import { JwksRefresher } from '../jwks/jwks-refresher.js';

@Injectable()
export class TenantsService {
  constructor(
    private readonly tenants: TenantRepository,
    private readonly refresher: JwksRefresher,
  ) {}

  /** The snapshot, or the newest change at which there was none. */
  async find(address: TenantAddress): Promise<TenantSnapshot | number> {
    const found = await this.tenants.snapshot(address);
    if (found !== undefined) return found;
    // Before the second look: whatever was enabled up to here is seen by that.
    const sequence = await this.tenants.newestChange();
    return (await this.tenants.snapshot(address)) ?? sequence;
  }

  /** Resolves when the key set was fetched or need not be. */
  async unknownKid(address: TenantAddress): Promise<void> {
    await this.refresher.refreshUnknownKid(address);
  }
}
