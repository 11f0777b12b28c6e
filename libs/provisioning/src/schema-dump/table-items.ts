/** A table's parts in, its statements out: whole, or with the defaults and checks behind it that need it themselves. */
import type { SchemaItem } from './schema-item.js';

export interface TableColumn {
  readonly name: string;
  /** false for one that only comes from a parent. */
  readonly local: boolean;
  readonly type: string;
  readonly generated: string | null;
  readonly identity: string;
  readonly not_null: boolean;
  readonly default_key: string | null;
  readonly default: string | null;
}

export interface TableParts {
  readonly key: string;
  readonly schema: string;
  readonly name: string;
  readonly identity: string;
  readonly unlogged: boolean;
  readonly inherits: string | null;
  readonly partition_key: string | null;
  readonly options: string | null;
  readonly row_security: boolean;
  readonly force_row_security: boolean;
  readonly replica_identity: string | null;
  readonly columns: readonly TableColumn[];
  readonly checks: readonly {
    readonly key: string;
    readonly name: string;
    readonly valid: boolean;
    readonly definition: string;
  }[];
}

/** @param apart defaults and checks get statements of their own, which may come later */
export function toTableItems(table: TableParts, apart: boolean): readonly SchemaItem[] {
  const { key, schema, name } = table;
  const columns = table.columns.filter(({ local }) => local).map((column) => columnDefinition(column, apart));
  const inTable = table.checks.filter(({ valid }) => valid && !apart);
  const lines = [...columns, ...inTable.map((check) => `CONSTRAINT ${check.name} ${check.definition}`)];
  const later = table.columns.flatMap((column, at) => {
    const isLater = column.generated === null && column.default !== null && (apart || !column.local);
    if (!isLater) return [];
    const statement = `ALTER TABLE ${table.identity} ALTER COLUMN ${column.name} SET DEFAULT ${column.default};`;
    // Numbered, so that columns stay in the order of the table.
    const place = `${name}.${String(at).padStart(4, '0')}`;
    return [{ kind: 'default', key: column.default_key ?? key, schema, name: place, statement, needs: [key] } as const];
  });
  const checks = table.checks
    .filter((check) => !inTable.includes(check))
    .map((check) => ({
      kind: 'check' as const,
      key: check.key,
      schema,
      name: `${name}.${check.name}`,
      statement: `ALTER TABLE ${table.identity} ADD CONSTRAINT ${check.name} ${check.definition};`,
      needs: [key],
    }));
  return [
    {
      kind: 'table',
      key,
      schema,
      name,
      statement: [createTable(table, lines), ...alterations(table)].join('\n'),
      needs: [],
    },
    ...later,
    ...checks,
  ];
}

function createTable(table: TableParts, lines: readonly string[]): string {
  const body = lines.length === 0 ? '()' : `(\n${lines.map((line) => `    ${line}`).join(',\n')}\n)`;
  return [
    `CREATE ${table.unlogged ? 'UNLOGGED ' : ''}TABLE ${table.identity} ${body}`,
    table.inherits === null ? '' : `\nINHERITS (${table.inherits})`,
    table.partition_key === null ? '' : `\nPARTITION BY ${table.partition_key}`,
    table.options === null ? '' : `\nWITH (${table.options})`,
    ';',
  ].join('');
}

function columnDefinition(column: TableColumn, apart: boolean): string {
  const parts = [column.name, ' ', column.type];
  if (column.generated !== null) parts.push(` GENERATED ALWAYS AS (${column.default}) ${column.generated}`);
  else if (column.default !== null && !apart) parts.push(` DEFAULT ${column.default}`);
  parts.push(column.identity);
  if (column.not_null) parts.push(' NOT NULL');
  return parts.join('');
}

function alterations(table: TableParts): readonly string[] {
  const alter = `ALTER TABLE ${table.identity}`;
  return [
    ...(table.row_security ? [`${alter} ENABLE ROW LEVEL SECURITY;`] : []),
    ...(table.force_row_security ? [`${alter} FORCE ROW LEVEL SECURITY;`] : []),
    ...(table.replica_identity === null ? [] : [`${alter} REPLICA IDENTITY ${table.replica_identity};`]),
  ];
}
