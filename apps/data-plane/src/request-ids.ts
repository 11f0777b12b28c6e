/** An id per request, for the log and the answer: the client's own when it sent a usable one. */
import { randomBytes } from 'node:crypto';

/** Long enough for a UUID or a trace id; nothing that could disturb a log or a header. */
const usable = /^[A-Za-z0-9._:/+=-]{1,128}$/;

export function createRequestIds(): (sent: string | undefined) => string {
  const process = randomBytes(6).toString('hex');
  let count = 0;
  return (sent) => {
    if (sent !== undefined && usable.test(sent)) return sent;
    count += 1;
    return `${process}-${count.toString(36)}`;
  };
}
