/** Where clients reach this API: a configured proxy address, or what the request itself was sent to. */
import { engineError } from '../../error/engine-error.js';

export interface ServerAddress {
  readonly scheme: 'http' | 'https';
  /** With its port where that was given. */
  readonly host: string;
  /** Starts with a slash. */
  readonly basePath: string;
}

export interface AddressSource {
  /** `openapi_server_proxy_uri`. */
  readonly proxyUri: string | undefined;
  /** The request's Host header. */
  readonly host: string | undefined;
  /** The request's X-Forwarded-Proto header. */
  readonly forwardedProto: string | undefined;
  /** What stands before the dialect's path. */
  readonly pathPrefix: string;
}

const defaultPorts = { http: '80', https: '443' } as const;

export function serverAddress(source: AddressSource): ServerAddress {
  if (source.proxyUri !== undefined) return proxyAddress(source.proxyUri);
  const forwarded = source.forwardedProto?.split(',')[0]?.trim().toLowerCase();
  return {
    scheme: forwarded === 'https' ? 'https' : 'http',
    host: source.host ?? 'localhost',
    basePath: withoutTrailingSlash(source.pathPrefix),
  };
}

/** The port is always written out, the path as it is configured. @throws PGRST126 when the configured address is none */
function proxyAddress(uri: string): ServerAddress {
  if (!URL.canParse(uri)) throw engineError('PGRST126');
  const { protocol, hostname, port, pathname } = new URL(uri);
  const scheme = protocol === 'https:' ? 'https' : 'http';
  return {
    scheme,
    host: `${hostname}:${port === '' ? defaultPorts[scheme] : port}`,
    basePath: pathname,
  };
}

function withoutTrailingSlash(path: string): string {
  const cut = path.replace(/\/+$/, '');
  return cut === '' ? '/' : cut;
}
