/**
 * Which statements one connection has prepared: text in, name out. The least recently used ones make room when there are
 * too many; their names are handed out once to be closed on the server.
 */
import { createHash } from 'node:crypto';

export interface PreparedStatement {
  readonly name: string;
  /** true from ParseComplete on: a prepared statement outlives the transaction that made it, a failed one too. */
  parsed: boolean;
  /** Known from the first Describe on: a prepared statement never changes its columns (0A000 instead). */
  columns: readonly string[] | undefined;
}

export class PreparedStatements {
  private readonly byText = new Map<string, PreparedStatement>();
  private evicted: string[] = [];
  /** Grows with every name that turned out to be unusable, so that the next one is new. */
  private generation = 0;

  constructor(private readonly max: number) {}

  /** The statement of this text, newly named when there is none. */
  claim(text: string): PreparedStatement {
    const known = this.byText.get(text);
    if (known !== undefined) {
      this.byText.delete(text);
      this.byText.set(text, known);
      return known;
    }
    const statement: PreparedStatement = { name: this.nameFor(text), parsed: false, columns: undefined };
    this.byText.set(text, statement);
    if (this.byText.size > this.max) this.evictOldest();
    return statement;
  }

  /** Names to close on the server, each told once. */
  takeEvicted(): readonly string[] {
    if (this.evicted.length === 0) return [];
    const names = this.evicted;
    this.evicted = [];
    return names;
  }

  /** After an error that says that names and statements on the server are not what is remembered here. */
  forgetAll(): void {
    this.byText.clear();
    this.evicted = [];
    this.generation += 1;
  }

  private evictOldest(): void {
    for (const [text, statement] of this.byText) {
      this.byText.delete(text);
      if (statement.parsed) this.evicted.push(statement.name);
      return;
    }
  }

  /**
   * The same name always means the same text, also when a pooler puts two clients on one server connection: a name can be
   * unknown there or taken, but never belong to another statement.
   */
  private nameFor(text: string): string {
    const hash = createHash('sha256').update(text).digest('base64url').slice(0, 22);
    return this.generation === 0 ? `p_${hash}` : `p_${hash}_${this.generation}`;
  }
}
