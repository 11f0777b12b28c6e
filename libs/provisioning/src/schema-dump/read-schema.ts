/** Reads what a database's schema consists of: every object as SQL, what needs what, and what is said of each. */
import type { Session } from '../session.js';
import type { SchemaItem } from './schema-item.js';
import { commentsSql, defaultPrivilegesSql, ownersSql, privilegesSql } from './sql/attributes.sql.js';
import { dependenciesSql, partsSql } from './sql/dependencies.sql.js';
import { leftOutSql } from './sql/left-out.sql.js';
import { objectQueries } from './sql/objects.sql.js';
import { tablesSql } from './sql/tables.sql.js';
import type { TableParts } from './table-items.js';

export interface About {
  readonly key: string;
  readonly statement: string;
}

export interface DatabaseSchema {
  readonly objects: readonly SchemaItem[];
  readonly tables: readonly TableParts[];
  readonly dependencies: readonly { readonly key: string; readonly needs: string }[];
  /** What is made by the statement of another object: that object's key by the part's. */
  readonly parts: ReadonlyMap<string, string>;
  readonly comments: readonly About[];
  readonly privileges: readonly About[];
  readonly owners: readonly About[];
  readonly defaultPrivileges: readonly string[];
  readonly leftOut: readonly string[];
}

type ObjectRow = Omit<SchemaItem, 'needs'> & { readonly needs?: readonly string[] };

/** In the transaction of the session, so that all of it is of one moment. */
export async function readSchema(session: Session): Promise<DatabaseSchema> {
  const objects: SchemaItem[] = [];
  for (const text of objectQueries) {
    const rows = await session.rows<ObjectRow>({ text });
    objects.push(...rows.map(({ needs = [], ...row }) => ({ ...row, needs })));
  }
  const parts = await session.rows<{ part: string; whole: string }>({ text: partsSql });
  const statements = await session.rows<{ statement: string }>({ text: defaultPrivilegesSql });
  const leftOut = await session.rows<{ what: string }>({ text: leftOutSql });
  return {
    objects,
    tables: await session.rows<TableParts>({ text: tablesSql }),
    dependencies: await session.rows<{ key: string; needs: string }>({ text: dependenciesSql }),
    parts: new Map(parts.map(({ part, whole }) => [part, whole])),
    comments: await session.rows<About>({ text: commentsSql }),
    privileges: await session.rows<About>({ text: privilegesSql }),
    owners: await session.rows<About>({ text: ownersSql }),
    defaultPrivileges: statements.map(({ statement }) => statement),
    leftOut: leftOut.map(({ what }) => what),
  };
}
