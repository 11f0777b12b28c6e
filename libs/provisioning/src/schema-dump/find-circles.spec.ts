import { findCircles } from './find-circles.js';

const circlesOf = (edges: string) => {
  const next = new Map<string, string[]>();
  for (const edge of edges.split(' ').filter((one) => one !== '')) {
    const [from = '', to = ''] = edge.split('>');
    next.set(from, [...(next.get(from) ?? []), to]);
  }
  const circles = findCircles(next).map((circle) => [...circle].sort().join(''));
  return circles.sort().join(' ');
};

test.each([
  ['nothing', '', ''],
  ['a line', 'a>b b>c', ''],
  ['a node that leads to itself', 'a>a a>b', ''],
  ['a diamond', 'a>b a>c b>d c>d', ''],
  ['a circle', 'a>b b>c c>a', 'abc'],
  ['what leads to a circle and what it leads to', 'x>a a>b b>a b>y y>z', 'ab'],
  ['two circles in a line', 'a>b b>a b>c c>d d>c', 'ab cd'],
  ['two circles that share a node', 'a>b b>a b>c c>b', 'abc'],
  ['a way back that begins in another branch', 'a>b b>c a>d d>b c>d', 'bcd'],
])('of %s', (_, edges, circles) => {
  expect(circlesOf(edges)).toBe(circles);
});

test('of a circle that is longer than the stack is deep', () => {
  const size = 100_000;
  const next = new Map(Array.from({ length: size }, (_, n) => [`${n}`, [`${(n + 1) % size}`]]));
  expect(findCircles(next).map((circle) => circle.length)).toEqual([size]);
});
