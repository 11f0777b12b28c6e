// A process that stands between a client and a server and hands on every byte half a delay later, each way.
// Comes in by message: { port, delayMs }; goes out: { port }. The queue is looked at without a pause while something is in it, since
// timers count whole milliseconds only.
import net from 'node:net';

process.once('message', ({ port, delayMs }) => {
  const waiting = [];
  let turning = false;
  const turn = () => {
    const now = performance.now();
    while (waiting.length > 0 && waiting[0].at <= now) {
      const { to, chunk } = waiting.shift();
      if (chunk === undefined) to.end();
      else if (!to.destroyed) to.write(chunk);
    }
    turning = waiting.length > 0;
    if (turning) setImmediate(turn);
  };
  const later = (to, chunk) => {
    waiting.push({ at: performance.now() + delayMs / 2, to, chunk });
    if (!turning) {
      turning = true;
      setImmediate(turn);
    }
  };
  const pipe = (from, to) => {
    from.setNoDelay(true);
    from.on('data', (chunk) => later(to, chunk));
    from.on('end', () => later(to, undefined));
    from.on('error', () => to.destroy());
  };
  const server = net.createServer({ allowHalfOpen: true }, (client) => {
    const upstream = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    pipe(client, upstream);
    pipe(upstream, client);
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
  process.once('disconnect', () => process.exit());
});
