/** What the fleet gets: snapshots, and a word that somebody met an unknown key. */
import { Injectable } from '@nestjs/common';
import { tenantKey, type TenantAddress, type TenantSnapshot } from '@perch/contract';
import { TenantRepository } from '@perch/database';
import { present } from '../error/control-plane-error.js';
import { JwksRefresher } from '../jwks/jwks-refresher.js';

@Injectable()
export class TenantsService {
  constructor(
    private readonly tenants: TenantRepository,
    private readonly refresher: JwksRefresher,
  ) {}

  /** @throws tenant.not-found */
  async snapshot(address: TenantAddress): Promise<TenantSnapshot> {
    return present(await this.tenants.snapshot(address), 'tenant.not-found', tenantKey(address));
  }

  /** Resolves when the key set was fetched or need not be. */
  async unknownKid(address: TenantAddress): Promise<void> {
    await this.refresher.refreshUnknownKid(address);
  }
}
