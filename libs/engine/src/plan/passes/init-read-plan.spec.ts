import { parseSelect } from '../../api-request/query-params/parse-select.js';
import { initReadPlan, type RequestNode } from './init-read-plan.js';

/** `id,*,directors(name)` without what is empty. */
function outline({ select, embeds }: RequestNode): string {
  const own = select.map((item) => (item.kind === 'field' ? item.field.name : item.kind));
  const inner = embeds.map(
    (embed) => `${embed.spread ? '...' : ''}${embed.alias ?? ''}:${embed.name}(${outline(embed)})`,
  );
  return [...own, ...inner].join(',');
}

describe('initReadPlan', () => {
  it.each([
    ['', ''],
    ['id,*', 'id,star'],
    ['count()', 'count'],
    ['directors(name)', ':directors(name)'],
    ['id,d:directors!inner(name,films()),...scripts(*)', 'id,d:directors(name,:films()),...:scripts(star)'],
  ])('select=%s', (select, expected) => {
    expect(outline(initReadPlan(parseSelect(select)))).toBe(expected);
  });

  it('keeps hint and join type', () => {
    expect(initReadPlan(parseSelect('places!trips_to_place_fkey!inner(id)')).embeds).toMatchObject([
      { name: 'places', hint: 'trips_to_place_fkey', joinType: 'inner', alias: undefined, spread: false },
    ]);
  });
});
