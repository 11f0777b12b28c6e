/**
 * A view's parse tree in (`pg_rewrite.ev_action` as text), out: which relation's column each of its columns plainly copies.
 *
 * PostgreSQL notes the origin itself, in the target entries of the outermost query: `:resno 2 ... :resorigtbl 16503 :resorigcol 1`;
 * it has looked through sub-selects and common table expressions, and stops at the next view. All other places where a
 * target list may stand (sub-selects, CTEs, sub-links) are nested deeper in braces, so one scan that counts braces finds
 * the right one.
 *
 * @see https://git.postgresql.org/gitweb/?p=postgresql.git;a=blob;f=src/backend/nodes/outfuncs.c
 */

export interface CopiedColumn {
  /** Number of the view's column, from 1. */
  readonly column: number;
  /** oid of the relation (table or view) in the view's query, and the column's number there. */
  readonly originRelation: string;
  readonly originColumn: number;
}

const OPEN = 0x7b;
const CLOSE = 0x7d;
const ESCAPE = 0x5c;

/** Depth of a target entry of the outermost query: inside `{QUERY` and inside `{TARGETENTRY`. */
const ENTRY_DEPTH = 2;

const entryTail =
  /:resno (\d+) :resname (?:\\.|[^ \\])* :ressortgroupref \d+ :resorigtbl (\d+) :resorigcol (-?\d+) :resjunk false$/;

export function copiedColumns(parseTree: string): readonly CopiedColumn[] {
  const columns: CopiedColumn[] = [];
  let depth = 0;
  let afterLastClose = 0;
  for (let at = 0; at < parseTree.length; at++) {
    const code = parseTree.charCodeAt(at);
    if (code === ESCAPE) {
      at++;
    } else if (code === OPEN) {
      depth++;
      afterLastClose = at + 1;
    } else if (code === CLOSE) {
      if (depth === ENTRY_DEPTH) {
        const entry = entryTail.exec(parseTree.slice(afterLastClose, at));
        const [, column, originRelation, originColumn] = entry ?? [];
        if (column !== undefined && originRelation !== undefined && Number(originColumn) > 0) {
          columns.push({ column: Number(column), originRelation, originColumn: Number(originColumn) });
        }
      }
      depth--;
      afterLastClose = at + 1;
    }
  }
  return columns;
}
