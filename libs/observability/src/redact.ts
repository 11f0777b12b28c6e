/**
 * Text without secrets: what an error message or a field may say in a log. Passwords inside URLs, bearer tokens and
 * anything shaped like a JWT are replaced, wherever they stand in the text.
 */

const REDACTED = '[redacted]';

/** `scheme://user:password@host` keeps everything but the password. A password may itself hold `@`: the last one counts. */
const urlPassword = /\b([a-z][a-z0-9+.-]*:\/\/[^\s/:@"']*):[^\s"']*@/gi;
const bearerToken = /\b(bearer)\s+[^\s"',;]+/gi;
/** Three base64url parts (the last may be empty, as in an unsigned token). */
const jsonWebToken = /\beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g;
const passwordParameter = /\b(password|passwd|pwd|secret|token|api_?key)=([^\s&;"']+)/gi;

export function redactText(text: string): string {
  return text
    .replace(urlPassword, `$1:${REDACTED}@`)
    .replace(bearerToken, `$1 ${REDACTED}`)
    .replace(jsonWebToken, REDACTED)
    .replace(passwordParameter, `$1=${REDACTED}`);
}

/** Names of fields whose value never reaches a log, compared without case, `_` and `-`. */
const secretFieldNames: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'setcookie',
  'password',
  'passwd',
  'secret',
  'token',
  'accesstoken',
  'refreshtoken',
  'fleettoken',
  'masterkey',
  'apikey',
  'databaseurl',
  'connectionurl',
  'connectionuri',
  'connectionstring',
  'redisurl',
  'jwks',
  'jwt',
  'privatekey',
  'd',
]);

/** Nesting beyond this is cut: a log line is a line. */
const maxDepth = 6;

/** A copy of `value` with secrets replaced by name and by shape. Errors become `{ name, message, stack, code }`. */
export function redactValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return value;
  if (depth >= maxDepth) return '[deep]';
  if (value instanceof Error) {
    const code = 'code' in value ? { code: redactValue(value.code, depth + 1) } : {};
    return {
      name: value.name,
      ...code,
      message: redactText(value.message),
      stack: redactText(value.stack ?? ''),
      ...(value.cause === undefined ? {} : { cause: redactValue(value.cause, depth + 1) }),
    };
  }
  if (Buffer.isBuffer(value)) return `[${value.length} bytes]`;
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      secretFieldNames.has(name.toLowerCase().replaceAll(/[_-]/g, '')) ? REDACTED : redactValue(item, depth + 1),
    ]),
  );
}
