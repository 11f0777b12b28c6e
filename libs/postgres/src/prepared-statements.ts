/**
 * Which statements one connection has prepared: text in, name out. The least recently used one makes room when there are
 * too many; its name is handed out once to be closed on the server.
 */
import { createHash } from 'node:crypto';

export interface PreparedStatement {
  readonly name: string;
  /** true from ParseComplete on: a prepared statement outlives the transaction that made it, a failed one too. */
  parsed: boolean;
  /** Known from the first Describe on: a prepared statement never changes its columns (0A000 instead). */
  columns: readonly string[] | undefined;
}

interface Entry extends PreparedStatement {
  lastClaim: number;
}

export class PreparedStatements {
  private readonly byText = new Map<string, Entry>();
  /** Counts claims, so that the hot path only writes a number; who is oldest is asked when one has to go. */
  private claims = 0;
  private evicted: string[] = [];
  /** Grows with every name that turned out to be unusable, so that the next one is new. */
  private generation = 0;

  constructor(private readonly max: number) {}

  /** The statement of this text, newly named when there is none. */
  claim(text: string): PreparedStatement {
    this.claims += 1;
    const known = this.byText.get(text);
    if (known !== undefined) {
      known.lastClaim = this.claims;
      return known;
    }
    const entry: Entry = { name: this.nameFor(text), parsed: false, columns: undefined, lastClaim: this.claims };
    if (this.byText.size >= this.max) this.evictOldest();
    this.byText.set(text, entry);
    return entry;
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
    let oldest: { readonly text: string; readonly entry: Entry } | undefined;
    for (const [text, entry] of this.byText) {
      if (oldest === undefined || entry.lastClaim < oldest.entry.lastClaim) oldest = { text, entry };
    }
    if (oldest === undefined) return;
    this.byText.delete(oldest.text);
    if (oldest.entry.parsed) this.evicted.push(oldest.entry.name);
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
