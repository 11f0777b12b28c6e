// Sends one request exactly as described (no default headers besides Host and Content-Length).
import http from 'node:http';
export function makeAgent(max) {
  return new http.Agent({ keepAlive: true, maxSockets: max });
}
export function send({ host, port, hostHeader, agent, fresh = false, timeoutMs = 15000 }, request) {
  return new Promise((resolve, reject) => {
    const body =
      request.bodyBase64 !== undefined
        ? Buffer.from(request.bodyBase64, 'base64')
        : request.body !== undefined
          ? Buffer.from(request.body, 'utf8')
          : null;
    const headers = { Host: hostHeader, ...(request.headers ?? {}) };
    if (body && !Object.keys(headers).some((k) => k.toLowerCase() === 'content-length'))
      headers['Content-Length'] = body.length;
    // node would chunk a bodiless POST; say explicitly that there is nothing
    if (!body && ['POST', 'PATCH', 'PUT'].includes(request.method)) headers['Content-Length'] = 0;
    const req = http.request(
      {
        host,
        port,
        method: request.method,
        path: request.path,
        headers,
        agent: fresh ? false : agent,
        setDefaultHeaders: false,
      },
      (res) => {
        const chunks = [];
        res.on('data', (c) => chunks.push(c));
        res.on('error', reject);
        res.on('end', () => {
          const out = {};
          for (let i = 0; i < res.rawHeaders.length; i += 2) {
            const k = res.rawHeaders[i].toLowerCase();
            const v = Buffer.from(res.rawHeaders[i + 1], 'latin1').toString('utf8');
            if (out[k] === undefined) out[k] = v;
            else out[k] = [].concat(out[k], v);
          }
          resolve({ status: res.statusCode, headers: out, body: Buffer.concat(chunks) });
        });
      },
    );
    req.setTimeout(timeoutMs, () => req.destroy(new Error('no answer within ' + timeoutMs + ' ms')));
    req.on('error', reject);
    if (body) req.end(body);
    else req.end();
  });
}
