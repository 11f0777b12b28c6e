// The least that sends a packet over the bare driver: a submittable for `pg`, named statements, one Sync, one write.
import { serialize } from 'pg-protocol';

export class PacketQuery {
  rows = [];
  #parsed;

  /** @param parsed names that the connection knows already; the ones of this packet are added. */
  constructor(statements, parsed, callback) {
    this.statements = statements;
    this.#parsed = parsed;
    this.callback = callback;
  }

  submit(connection) {
    const messages = [];
    for (const { name, text, values } of this.statements) {
      if (!this.#parsed.has(name)) {
        this.#parsed.add(name);
        messages.push(serialize.parse({ name, text }));
      }
      messages.push(serialize.bind({ statement: name, values }), serialize.execute());
    }
    messages.push(serialize.sync());
    connection.stream.write(Buffer.concat(messages));
  }

  handleDataRow({ fields }) {
    this.rows.push(fields);
  }

  handleRowDescription() {}
  handleCommandComplete() {}
  handleEmptyQuery() {}

  handleError(error) {
    this.callback(error);
  }

  handleReadyForQuery() {
    this.callback(undefined, this.rows);
  }
}

/** Statements of a packet with a name each. */
export function named(packet) {
  return packet.statements.map(({ text, values }, at) => ({ name: `s${at}`, text, values: [...values] }));
}

/** Resolves with the rows of all statements. */
export function runPacket(client, statements, parsed) {
  return new Promise((resolve, reject) => {
    client.query(new PacketQuery(statements, parsed, (error, rows) => (error ? reject(error) : resolve(rows))));
  });
}
