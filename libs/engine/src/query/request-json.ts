/**
 * Headers and cookies of a request as the JSON objects that its SQL sees in `request.headers` and `request.cookies`: pairs in
 * the order of arrival in, one member per name out, with the last value that was sent.
 *
 * @see https://docs.postgrest.org/en/v16/references/transactions.html#request-headers-cookies-and-jwt-claims
 */
import { parseCookies, type Pairs } from '../api-request/cookies.js';

/** All but Cookie. */
export function headersJson(headers: Pairs): string {
  return plainObject(headers) ?? JSON.stringify(Object.fromEntries(headers.filter(([name]) => name !== 'cookie')));
}

export function cookiesJson(headers: Pairs): string {
  const cookie = headers.find(([name]) => name === 'cookie')?.[1];
  return cookie === undefined ? '{}' : JSON.stringify(Object.fromEntries(parseCookies(cookie)));
}

/** No quote, backslash, control character or half of a surrogate pair: what JSON shows as it is. */
const plainText = /^[^"\\\x00-\x1f\x7f-\uffff]*$/;
/** Objects show members whose name is a number first. */
const plainName = /^[a-z-][a-z0-9-]*$/;

/** Each name is compared with all before it: of twenty thousand, which fit into a request, that took seconds. */
const mostCompared = 100;

/** The same text for what nearly every request sends, at a fraction of the cost; undefined for all else. */
function plainObject(headers: Pairs): string | undefined {
  if (headers.length > mostCompared) return undefined;
  let text = '';
  for (let at = 0; at < headers.length; at += 1) {
    const pair = headers[at];
    if (pair === undefined) return undefined;
    const [name, value] = pair;
    if (name === 'cookie') continue;
    if (!plainName.test(name) || !plainText.test(value)) return undefined;
    for (let before = 0; before < at; before += 1) if (headers[before]?.[0] === name) return undefined;
    text += text === '' ? `{"${name}":"${value}"` : `,"${name}":"${value}"`;
  }
  return text === '' ? '{}' : `${text}}`;
}
