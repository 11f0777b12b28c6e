// Sends a generated request: through node's client where it lets that pass, else as bytes on a socket of its own.
import net from 'node:net';
import { makeAgent, send as sendByClient } from '../conformance/lib/http.mjs';

/** `(tenant, request) => { status, headers, body, ms }`, and `close`. @param suffix of the Host header behind the tenant's name */
export function createSender(baseUrl, { jobs, timeoutMs, suffix = '.conformance.localhost' }) {
  const { hostname, port } = new URL(baseUrl);
  const agent = makeAgent(jobs);
  return {
    async send(tenant, request) {
      const start = performance.now();
      const target = { host: hostname, port: Number(port), hostHeader: tenant + suffix, agent, timeoutMs };
      const plain = /^[\x21-\x7e\x80-\xff]*$/.test(request.path);
      const answer = plain ? await sendByClient(target, request) : await sendBytes(target, request);
      return { ...answer, ms: performance.now() - start };
    },
    close: () => agent.destroy(),
  };
}

function sendBytes({ host, port, hostHeader, timeoutMs }, { method, path, headers, body, bodyBase64 }) {
  const content = bodyBase64 === undefined ? Buffer.from(body ?? '', 'utf8') : Buffer.from(bodyBase64, 'base64');
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${hostHeader}`,
    'Connection: close',
    `Content-Length: ${content.length}`,
  ];
  for (const [name, value] of Object.entries(headers))
    for (const one of [].concat(value)) lines.push(`${name}: ${one}`);
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return new Promise((resolve, reject) => {
    const chunks = [];
    const socket = net.connect(port, host, () => socket.write(Buffer.concat([head, content])));
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => {
      const bytes = Buffer.concat(chunks);
      const end = bytes.indexOf('\r\n\r\n');
      if (end < 0) return reject(new Error('the connection closed without an answer'));
      const [status, ...fields] = bytes.subarray(0, end).toString('utf8').split('\r\n');
      const pairs = fields.map((field) => [
        field.slice(0, field.indexOf(':')).toLowerCase(),
        field.slice(field.indexOf(':') + 1).trim(),
      ]);
      resolve({
        status: Number(status.split(' ')[1]),
        headers: Object.fromEntries(pairs),
        body: bytes.subarray(end + 4),
      });
    });
  });
}
