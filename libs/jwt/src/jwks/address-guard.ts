/**
 * Which addresses a URL given by a user may lead to. Everything is refused that is not plainly public: a key server is
 * somewhere on the internet, and what is inside of the operator's network is none of a user's business.
 *
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html
 */
import ipaddr from 'ipaddr.js';

export type AddressKind = 'public' | 'loopback' | 'private';

/** Public by its number, internal by its use: the metadata service of a large cloud. */
const INTERNAL_PUBLIC_ADDRESSES: readonly string[] = ['168.63.129.16'];
/** All of today's public IPv6; what IANA has not given out is not public. */
const GLOBAL_UNICAST = ipaddr.IPv6.parse('2000::');

/** An IPv4 address in IPv6 clothes is judged as what it is. Translation prefixes (NAT64, 6to4, Teredo) are private. */
export function addressKind(address: string): AddressKind {
  if (!ipaddr.isValid(address)) return 'private';
  const parsed = ipaddr.process(address);
  const range = parsed.range();
  if (range === 'loopback') return 'loopback';
  if (range !== 'unicast' || INTERNAL_PUBLIC_ADDRESSES.includes(parsed.toString())) return 'private';
  if (parsed instanceof ipaddr.IPv6 && !parsed.match(GLOBAL_UNICAST, 3)) return 'private';
  return 'public';
}
