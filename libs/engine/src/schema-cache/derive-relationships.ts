/**
 * Foreign keys with their ends in, the relationships of one table out. Pure, and done for a table when it is first
 * asked for: all of them at once would be many-to-many combinations that nobody needs.
 */
import { InternalError } from '../error/engine-error.js';
import { identifierKey, sameIdentifier, type QualifiedIdentifier } from '../identifiers.js';
import type { ColumnPair, ComputedRelationship, ManyToManyRelationship, Relationship } from './relationship.js';
import type { ForeignKey, KeyEnd, SchemaContent } from './schema-snapshot.js';
import type { Table } from './table.js';

/**
 * What one table has of relationships beside the computed ones; those through junctions are found last and left out
 * first. They are products: of 1,200 keys between two tables, or 250 views over each of them, come millions, which would
 * hold the process and its memory for everybody. A wide schema's busiest table has hundreds.
 */
const MAX_RELATIONSHIPS = 20_000;

/** One end of one foreign key, at a table. */
interface Leg {
  readonly key: ForeignKey;
  readonly end: KeyEnd;
}

export class RelationshipDeriver {
  /** By index into `tables`: legs of foreign keys that start there. */
  private readonly outgoing = new Map<number, Leg[]>();
  /** The same for those that point there. */
  private readonly incoming = new Map<number, Leg[]>();
  private readonly computed = new Map<string, ComputedRelationship[]>();

  constructor(
    private readonly tables: readonly Table[],
    content: Pick<SchemaContent, 'foreignKeys' | 'computedRelationships'>,
  ) {
    for (const key of content.foreignKeys) {
      for (const end of key.origins) append(this.outgoing, end.table, { key, end });
      for (const end of key.targets) append(this.incoming, end.table, { key, end });
    }
    for (const relationship of content.computedRelationships) {
      append(this.computed, identifierKey(relationship.origin), relationship);
    }
  }

  /** Computed relationships first; they replace the detected ones to a table that is called like their function. */
  relationshipsOf(table: number): readonly Relationship[] {
    const origin = this.identifier(table);
    const computed = this.computed.get(identifierKey(origin)) ?? [];
    const detected = [...this.detected(table)];
    return [
      ...computed,
      ...detected.filter(({ target }) => !computed.some((replacing) => sameIdentifier(replacing.function, target))),
    ];
  }

  /** Whether there is any to a table of this schema or by a function of it: the first one found decides. */
  reaches(table: number, schema: string): boolean {
    const computed = this.computed.get(identifierKey(this.identifier(table))) ?? [];
    if (computed.some((relationship) => relationship.function.schema === schema)) return true;
    for (const { target } of this.detected(table)) {
      if (target.schema === schema) return true;
    }
    return false;
  }

  private *detected(table: number): Iterable<Relationship> {
    let left = MAX_RELATIONSHIPS;
    for (const found of [this.toReferenced(table), this.toReferencing(table), this.throughJunctions(table)]) {
      for (const relationship of found) {
        if (left-- === 0) return;
        yield relationship;
      }
    }
  }

  private *toReferenced(table: number): Iterable<Relationship> {
    for (const { key, end } of this.outgoing.get(table) ?? []) {
      for (const target of key.targets) {
        yield {
          kind: 'foreign-key',
          cardinality: key.oneToOne ? 'one-to-one' : 'many-to-one',
          constraint: key.constraint,
          columns: pairs(end, target),
          originIsParent: false,
          ...this.between(table, target.table),
        };
      }
    }
  }

  private *toReferencing(table: number): Iterable<Relationship> {
    for (const { key, end } of this.incoming.get(table) ?? []) {
      for (const referencing of key.origins) {
        yield {
          kind: 'foreign-key',
          cardinality: key.oneToOne ? 'one-to-one' : 'one-to-many',
          constraint: key.constraint,
          columns: pairs(end, referencing),
          originIsParent: true,
          ...this.between(table, referencing.table),
        };
      }
    }
  }

  /**
   * A junction's primary key holds the columns of both of its foreign keys; neither of them is unique by itself. Of a view
   * over two tables both keys may have the same name: PostgREST takes them for one.
   */
  private *throughJunctions(table: number): Iterable<ManyToManyRelationship> {
    for (const { key, end } of this.incoming.get(table) ?? []) {
      if (key.oneToOne) continue;
      for (const junction of key.origins) {
        if (!this.inPrimaryKey(junction)) continue;
        for (const other of this.outgoing.get(junction.table) ?? []) {
          if (other.key.constraint === key.constraint || other.key.oneToOne || !this.inPrimaryKey(other.end)) continue;
          for (const target of other.key.targets) {
            yield {
              kind: 'many-to-many',
              junction: this.identifier(junction.table),
              originConstraint: key.constraint,
              originColumns: pairs(end, junction),
              targetConstraint: other.key.constraint,
              targetColumns: pairs(target, other.end),
              ...this.between(table, target.table),
            };
          }
        }
      }
    }
  }

  private inPrimaryKey(end: KeyEnd): boolean {
    const { primaryKey } = this.table(end.table);
    return end.columns.every((column) => primaryKey.includes(column));
  }

  private between(origin: number, target: number) {
    return {
      origin: this.identifier(origin),
      target: this.identifier(target),
      isSelf: origin === target,
      originIsView: isView(this.table(origin)),
      targetIsView: isView(this.table(target)),
    };
  }

  private identifier(table: number): QualifiedIdentifier {
    const { schema, name } = this.table(table);
    return { schema, name };
  }

  private table(index: number): Table {
    const table = this.tables[index];
    if (table === undefined) throw new InternalError(`no table ${index}`);
    return table;
  }
}

function isView(table: Table): boolean {
  return table.kind === 'view' || table.kind === 'materialized-view';
}

function pairs(left: KeyEnd, right: KeyEnd): readonly ColumnPair[] {
  return left.columns.map((column, index) => [column, right.columns[index] ?? '']);
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}
