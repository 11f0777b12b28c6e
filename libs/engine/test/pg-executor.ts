/** A `SqlExecutor` for specs over one plain connection: same results and errors as the real one, several round trips. */
import pg from 'pg';
import { SqlError, type SqlExecutor, type SqlPacket, type SqlResult } from '../src/sql-executor.js';

export interface PgExecutor extends SqlExecutor {
  close(): Promise<void>;
}

export async function createPgExecutor(url: string): Promise<PgExecutor> {
  const client = new pg.Client({ connectionString: url, types: { getTypeParser: () => (text: string) => text } });
  await client.connect();
  return {
    async submit(packet: SqlPacket) {
      await client.query('begin');
      const results: SqlResult[] = [];
      try {
        for (const { text, values } of packet.statements) {
          const result = await client.query({ text, values: [...values], rowMode: 'array' });
          results.push({ columns: result.fields.map((field) => field.name), rows: result.rows });
        }
      } catch (error) {
        await client.query('rollback');
        if (!(error instanceof pg.DatabaseError)) throw error;
        if (packet.undoMarker !== undefined && error.message.includes(packet.undoMarker)) return results;
        throw new SqlError(
          {
            severity: error.severity ?? 'ERROR',
            code: error.code ?? 'XX000',
            message: error.message,
            detail: error.detail,
            hint: error.hint,
            constraint: error.constraint,
            where: error.where,
            routine: error.routine,
          },
          results.length,
        );
      }
      await client.query('commit');
      return results;
    },
    close: () => client.end(),
  };
}
