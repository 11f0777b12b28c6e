/** A Host header in, the host name as it is compared out: lower case, without port and without the root's dot. */

/** undefined when the header is no host at all. An IPv6 address keeps its brackets. */
export function hostName(header: string): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[^\s:/?#@[\]]+)(?::\d{0,5})?$/i.exec(header);
  const name = match?.[1]?.toLowerCase();
  if (name === undefined) return undefined;
  return name.endsWith('.') && name.length > 1 ? name.slice(0, -1) : name;
}
