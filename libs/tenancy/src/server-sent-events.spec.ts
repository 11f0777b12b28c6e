import { createEventStreamParser } from './server-sent-events.js';

describe('createEventStreamParser', () => {
  const stream =
    ': hello\r\nevent: change\r\ndata: {"a":1}\r\n\r\ndata: x\ndata:y\n\nevent: lost\n\nid: 3\rdata: z\r\r';

  it('gives the same events however the stream is cut', () => {
    const expected = [
      { event: 'change', data: '{"a":1}' },
      { event: 'message', data: 'x\ny' },
      { event: 'message', data: 'z' },
    ];
    for (let size = 1; size <= stream.length; size += 1) {
      const parse = createEventStreamParser();
      const events = [];
      for (let at = 0; at < stream.length; at += size) events.push(...parse(stream.slice(at, at + size)));
      events.push(...parse('\n'));
      expect(events).toEqual(expected);
    }
  });
});
