import { filmPlan } from '../../test/film-plan.js';
import { whereSql } from './filter-sql.js';
import { compile } from './sql.js';

const of = { schema: '', name: 'f' };

function where(query: string): [text: string, values: readonly unknown[]] {
  const { text, values } = compile(whereSql(filmPlan(`films?${query}`).where, of));
  return [text.replaceAll('"f".', '').replaceAll('"', ''), values];
}

describe('whereSql', () => {
  it.each([
    ['', '', []],
    ['id=eq.1', ' where id = $1', ['1']],
    ['id=not.eq.1', ' where not id = $1', ['1']],
    ['year=neq.2', ' where year <> $1', ['2']],
    ['year=gte.1&year=lt.9', ' where year >= $1 and year < $2', ['1', '9']],
    ['title=like.*war*', ' where title LIKE $1', ['%war%']],
    ['title=ilike(any).{a*,*b}', ' where title ILIKE any ($1)', ['{a%,%b}']],
    ['title=match.^a*', ' where title ~ $1', ['^a*']],
    ['id=in.(1,"a,b",c"d)', ' where id = any ($1)', ['{"1","a,b","c\\"d"}']],
    ['id=in.()', ' where id = any ($1)', ['{}']],
    ['born=is.null', ' where born is null', []],
    ['born=not.is.null', ' where not born is null', []],
    ['born=is.not_null', ' where born is not null', []],
    ['flag=is.unknown', ' where flag is unknown', []],
    ['year=isdistinct.5', ' where year is distinct from $1', ['5']],
    ['tags=cs.{a}', ' where tags @> $1', ['{a}']],
    ['words=fts.cat', ' where words @@ to_tsquery($1)', ['cat']],
    ['words->a=fts.cat', ' where to_jsonb(words)->$1 @@ to_tsquery($2)', ['a', 'cat']],
    ['meta->a=fts.cat', ' where to_tsvector(meta->$1) @@ to_tsquery($2)', ['a', 'cat']],
    [
      'title=wfts(french).chat',
      ' where to_tsvector($1, title) @@ websearch_to_tsquery($2, $3)',
      ['french', 'french', 'chat'],
    ],
    ['shouted=fts.cat', ' where shouted @@ to_tsquery($1)', ['cat']],
    ['shouted=not.plfts(french).chat', ' where not shouted @@ plainto_tsquery($1, $2)', ['french', 'chat']],
    ['title=eq.a\0b', ' where title = $1', ['a']],
    ['title=like.*\0*', ' where title LIKE $1', ['%']],
    ['title=in.(a\0b,\0,c)', ' where title = any ($1)', ['{"a","","c"}']],
    ['meta->"a\0b"=eq.c', ' where meta->$1 = $2', ['a', 'c']],
    ['meta->a->>b=eq.c', ' where meta->$1->>$2 = $3', ['a', 'b', 'c']],
    ['tags->0=eq.c', ' where to_jsonb(tags)->$1::int = $2', ['+0', 'c']],
    ['colour=eq.red', ' where colour = api.colour_from_text($1)', ['red']],
    [
      'colour=in.(red,blue)',
      ' where colour = any (array(select api.colour_from_text(pgrst_value) from unnest($1::text[]) pgrst_value))',
      ['{"red","blue"}'],
    ],
    ['colour=ilike.*d', ' where colour ILIKE $1', ['%d']],
    ['colour->a=eq.1', ' where to_jsonb(colour)->$1 = api.colour_from_text($2)', ['a', '1']],
    ['colour=isdistinct.1', ' where colour is distinct from $1', ['1']],
    [
      'or=(id.eq.1,not.and(year.gt.2,title.is.null))',
      ' where (id = $1 or not (year > $2 and title is null))',
      ['1', '2'],
    ],
    ['and=(id.eq.1)&year=eq.2', ' where year = $1 and (id = $2)', ['2', '1']],
  ])('%s', (query, text, values) => {
    expect(where(query)).toEqual([text, values]);
  });

  it('has one text for lists of any length', () => {
    expect(where('id=in.(1,2,3)')[0]).toBe(where('id=in.(1)')[0]);
  });
});
