/**
 * Preloaded into a client (`node --import`): a connection to anywhere but loopback is refused and noted in the file that
 * PERCH_REFUSED_CONNECTIONS names, so that a spec can show that nothing left the machine.
 */
import fs from 'node:fs';
import net from 'node:net';

const { PERCH_REFUSED_CONNECTIONS: file } = process.env;
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (...args) {
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];
  const host = options?.host ?? 'localhost';
  if (options?.path != null || ['localhost', '127.0.0.1', '::1'].includes(host)) return connect.apply(this, args);
  if (file !== undefined) fs.appendFileSync(file, `${host}:${options.port}\n`);
  this.destroy(Object.assign(new Error(`not on loopback: ${host}`), { code: 'ECONNREFUSED' }));
  return this;
};
