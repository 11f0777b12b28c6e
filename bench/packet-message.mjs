// Packets travel between processes as JSON: bytes as base64.
export function packetMessage({ statements }) {
  return {
    statements: statements.map(({ text, values }) => ({
      text,
      values: values.map((value) => (Buffer.isBuffer(value) ? { base64: value.toString('base64') } : value)),
    })),
  };
}

export function revivePacket({ statements }) {
  return {
    statements: statements.map(({ text, values }) => ({
      text,
      values: values.map((value) =>
        value !== null && typeof value === 'object' ? Buffer.from(value.base64, 'base64') : value,
      ),
    })),
  };
}
