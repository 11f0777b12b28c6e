/** A connection URL for people and clients, with its parts as the contract lists them. */
import { withoutCertificate } from '@perch/compute';
import type { Endpoint } from '@perch/database';
import { hostOf } from '../endpoints/endpoints.dto.js';

export interface ConnectionUri {
  readonly connection_uri: string;
  readonly connection_parameters: {
    readonly database: string;
    readonly password: string;
    readonly role: string;
    readonly host: string;
    readonly pooler_host: string;
  };
}

export interface ConnectionTarget {
  readonly endpoint: Pick<Endpoint, 'host' | 'port'>;
  readonly database: string;
  readonly role: string;
  readonly password: string;
  /** The URL a user attached: its parameters (TLS among them) are kept. */
  readonly attachedUrl: string | undefined;
}

export function toConnectionUri(target: ConnectionTarget): ConnectionUri {
  const host = hostOf(target.endpoint);
  const url =
    target.attachedUrl === undefined ? new URL(`postgresql://${host}`) : withoutCertificate(target.attachedUrl);
  url.username = encodeURIComponent(target.role);
  url.password = encodeURIComponent(target.password);
  url.pathname = `/${encodeURIComponent(target.database)}`;
  return {
    connection_uri: url.href,
    connection_parameters: {
      database: target.database,
      password: target.password,
      role: target.role,
      host,
      pooler_host: host,
    },
  };
}
