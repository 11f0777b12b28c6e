// A process that sends one request over kept connections as fast as it is answered: little of the machine goes to it.
// Comes in by message: { port, host, request, connections, seconds }; goes out: 'warm', then what measure.mjs answers.
import { openLane, requestBytes } from './lane.mjs';
import { measure, warmUp } from './measure.mjs';

process.once('message', async ({ port, host, request, connections, seconds }) => {
  const bytes = requestBytes(request, host);
  const lanes = await Promise.all(Array.from({ length: connections }, () => openLane(port)));
  const send = async (lane) => {
    const status = await lane.send(bytes);
    if (status !== request.status) {
      throw new Error(`${request.method} ${request.path} answered ${status} instead of ${request.status}`);
    }
  };
  await warmUp(lanes, send);
  process.send('warm');
  process.send(await measure(lanes, seconds, send));
  for (const lane of lanes) lane.close();
  process.disconnect();
});
