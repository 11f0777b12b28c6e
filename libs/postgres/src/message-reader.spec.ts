import { MessageReader } from './message-reader.js';

function message(type: string, body: string): Buffer {
  const bytes = Buffer.alloc(5 + body.length);
  bytes.write(type);
  bytes.writeInt32BE(4 + body.length, 1);
  bytes.write(body, 5);
  return bytes;
}

function read(chunks: readonly Buffer[], maxMessageBytes = 1_000) {
  const messages: string[] = [];
  const bad: string[] = [];
  const reader = new MessageReader(
    (type, buffer, start, end) => messages.push(String.fromCharCode(type) + buffer.toString('latin1', start, end)),
    maxMessageBytes,
    (reason) => bad.push(reason),
  );
  for (const chunk of chunks) reader.push(chunk);
  return { messages, bad };
}

const stream = Buffer.concat([message('D', 'row'), message('Z', ''), message('C', 'a longer body'), message('Z', 'I')]);
const all = { messages: ['Drow', 'Z', 'Ca longer body', 'ZI'], bad: [] };

describe('MessageReader', () => {
  it('reads messages that come together', () => expect(read([stream])).toEqual(all));

  it('reads messages that come in two pieces, wherever they are cut', () => {
    for (let at = 0; at <= stream.length; at += 1) {
      expect(read([stream.subarray(0, at), stream.subarray(at)])).toEqual(all);
    }
  });

  it('reads messages that come byte by byte', () => {
    expect(read([...stream].map((byte) => Buffer.from([byte])))).toEqual(all);
  });

  it('keeps nothing of a buffer that is used again for what comes next', () => {
    const [shared, bodies] = [Buffer.alloc(4), [] as string[]];
    const reader = new MessageReader(
      (_, buffer, start, end) => bodies.push(buffer.toString('latin1', start, end)),
      1_000,
      () => undefined,
    );
    for (let at = 0; at < stream.length; at += shared.length) {
      const bytes = stream.copy(shared, 0, at, at + shared.length);
      reader.push(shared.subarray(0, bytes));
      shared.fill(0xff);
    }
    expect(bodies).toEqual(['row', '', 'a longer body', 'I']);
  });

  it('reports a message that is too long when it begins', () => {
    expect(read([message('D', 'x'.repeat(2_000)).subarray(0, 10)])).toEqual({ messages: [], bad: ['too-long'] });
  });

  it('reports a length that cannot be', () => {
    expect(read([Buffer.from([0x44, 0, 0, 0, 3, 0])])).toEqual({ messages: [], bad: ['malformed'] });
    expect(read([Buffer.from([0x44, 0xff, 0xff, 0xff, 0xff])])).toEqual({ messages: [], bad: ['malformed'] });
  });
});
