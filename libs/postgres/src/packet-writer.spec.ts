import { encodePacket } from './packet-writer.js';

/** Type and body of each message, control bytes as digits. */
function messagesOf(bytes: Buffer): string[] {
  const messages: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + bytes.readInt32BE(at + 1);
    const body = bytes.toString('latin1', at + 5, end);
    messages.push(
      String.fromCharCode(bytes[at] ?? 0) + body.replace(/[\0-\x1f\xff]/g, (byte) => `<${byte.charCodeAt(0)}>`),
    );
    at = end;
  }
  return messages;
}

describe('encodePacket', () => {
  it('closes, prepares, binds, describes, executes and ends with one Sync', () => {
    const bytes = encodePacket(
      ['old'],
      [
        { name: 'n', text: 'select $1', values: ['a', null], describe: true },
        { name: 'm', text: undefined, values: [], describe: false },
      ],
    );
    expect(messagesOf(bytes)).toEqual([
      'CSold<0>',
      'Pn<0>select $1<0><0><0>',
      'B<0>n<0><0><0><0><2><0><0><0><1>a<255><255><255><255><0><0>',
      'DP<0>',
      'E<0><0><0><0><0>',
      'B<0>m<0><0><0><0><0><0><0>',
      'E<0><0><0><0><0>',
      'S',
    ]);
  });

  it('sends bytes as such, and text beside them as text', () => {
    const bytes = encodePacket(
      [],
      [{ name: '', text: undefined, values: [Buffer.from('b'), 'ü', null], describe: false }],
    );
    expect(messagesOf(bytes)[0]).toBe(
      'B<0><0><0><3><0><1><0><0><0><0><0><3><0><0><0><1>b<0><0><0><2>Ã¼<255><255><255><255><0><0>',
    );
  });

  it('refuses what would break the framing', () => {
    const statement = { name: '', text: 'select 1\0; drop', values: [], describe: false };
    expect(() => encodePacket([], [statement])).toThrow('NUL');
    const many = { name: '', text: undefined, values: Array.from({ length: 65_536 }, () => null), describe: false };
    expect(() => encodePacket([], [many])).toThrow('65536 values');
  });
});
