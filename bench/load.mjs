// A process that sends one request over kept connections as fast as it is answered.
// Comes in by message: { port, host, request, connections, seconds }; goes out: 'warm', then what measure.mjs answers.
import http from 'node:http';
import { measure, warmUp } from './measure.mjs';

process.once('message', async ({ port, host, request, connections, seconds }) => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const { method, path, headers, body, status } = request;
  const options = { agent, port, host: '127.0.0.1', method, path, headers: { ...headers, host } };
  if (body !== undefined) options.headers['content-length'] = Buffer.byteLength(body);
  const lanes = Array.from({ length: connections }, (_, index) => index);
  const send = () =>
    new Promise((resolve, reject) => {
      const sent = http.request(options, (response) => {
        response.resume();
        response.once('end', () => {
          if (response.statusCode === status) resolve();
          else reject(new Error(`${method} ${path} answered ${response.statusCode} instead of ${status}`));
        });
      });
      sent.once('error', reject);
      sent.end(body);
    });
  await warmUp(lanes, send);
  process.send('warm');
  process.send(await measure(lanes, seconds, send));
  agent.destroy();
  process.disconnect();
});
