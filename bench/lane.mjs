// A kept connection that sends the same bytes again and again: a bare socket, the request's bytes made once, of the answer only its
// status and length read, so that little of the machine goes to the client.
import net from 'node:net';

export function requestBytes({ method, path, headers, body }, host) {
  const fields = { host, ...headers, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body ?? ''}`);
}

export async function openLane(port) {
  const socket = net.connect(port, '127.0.0.1').setNoDelay(true);
  let chunks = [];
  let waiting;
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  socket.on('data', (chunk) => {
    chunks.push(chunk);
    const status = statusOfWhole(chunks.length === 1 ? chunk : Buffer.concat(chunks));
    if (status === undefined) return;
    chunks = [];
    waiting.resolve(status);
  });
  socket.on('error', (error) => waiting?.reject(error));
  socket.on('close', () => waiting?.reject(new Error('the server closed a connection')));
  return {
    send: (bytes) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(bytes);
      }),
    close() {
      waiting = undefined;
      socket.destroy();
    },
  };
}

/** Of an answer of which all bytes are there; undefined before. Chunked answers end with an empty chunk. */
function statusOfWhole(bytes) {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = bytes.latin1Slice(0, end);
  const status = Number(head.slice(9, 12));
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (length !== undefined) return bytes.length < end + 4 + Number(length) ? undefined : status;
  if (!/\r\ntransfer-encoding: chunked/i.test(head)) return status;
  return bytes.latin1Slice(bytes.length - 5) === '0\r\n\r\n' ? status : undefined;
}
