import { filmPlan } from '../../../test/film-plan.js';
import type { EmbedSelect } from '../read-plan.js';

function outline(embed: EmbedSelect): string {
  return embed.kind === 'json'
    ? `${embed.output}:${embed.toOne ? 'object' : 'array'}`
    : `...${embed.columns.map(({ output }) => output).join('+')}`;
}

describe('addEmbedSelects', () => {
  it.each([
    ['films?select=id,directors(name)', ['directors:object']],
    ['films?select=id,d:directors(name)', ['d:object']],
    ['films?select=id,roles(character)', ['roles:array']],
    ['films?select=id,roles()', []],
    ['films?select=id,roles(actors())', []],
    ['films?select=id,roles(actors(id))', ['roles:array']],
    ['films?select=id,...directors(name,b:born)', ['...name+b']],
    ['films?select=id,...directors()', []],
    ['films?select=id,...roles(character,actors(id))', ['...character+actors']],
    ['roles?select=...films(title,...directors(name))', ['...title+name']],
    ['films?select=roles(character),...directors(name)', ['roles:array', '...name']],
  ])('%s', (path, expected) => {
    expect(filmPlan(path).embedSelect.map(outline)).toEqual(expected);
  });
});
