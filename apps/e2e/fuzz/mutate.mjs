// One text in, the same text with a few things wrong in it out: any position, any byte.
import { hostile } from './grammar/values.mjs';

const marks = [...'.,:()"\'\\*!&=?#;+%<>|-[]{}$@~^`/ '];
const escapes = [
  '%00',
  '%0A',
  '%0d%0a',
  '%20',
  '%22',
  '%25',
  '%26',
  '%2',
  '%',
  '%zz',
  '%c3',
  '%C3%A9',
  '%80',
  '%ff',
  '%F0%9F%98%80',
  '%ed%a0%80',
  '%u0041',
  '%2B',
  '+',
];
const bytes = ['\x01', '\x7f', '\x80', '\xa0', '\xc3\xa9', '\xff', '\xe2\x80\xae', '\ufeff'];

/** @param insertions what may be put in besides marks and hostile texts */
function mutate(random, text, insertions) {
  const at = random.below(text.length + 1);
  const end = Math.min(text.length, at + random.between(1, 12));
  const insert = (what) => text.slice(0, at) + what + text.slice(at);
  return random.pick([
    () => insert(random.pick(marks)),
    () => insert(random.pick(marks).repeat(random.between(2, 5))),
    () => insert(random.pick(insertions)),
    () => text.slice(0, at) + text.slice(end),
    () => text.slice(0, at),
    () => insert(text.slice(at, end)),
    () => text.slice(0, at) + random.pick(marks) + text.slice(at + 1),
    () => text.slice(0, at) + text.slice(at, end).toUpperCase() + text.slice(end),
    () => text.slice(0, at) + [...text.slice(at, end)].reverse().join('') + text.slice(end),
    () => text.replaceAll(random.pick(marks), random.pick(marks)),
  ])();
}

/** A request target (path and query), as bytes in Latin-1; it never gets a line break. */
export function mutateTarget(random, target) {
  const insertions = [...escapes, ...escapes, ...bytes, ...hostile.map((text) => encodeURIComponent(text))];
  const texts = random.some(1, 4, () => undefined).reduce((text) => mutate(random, text, insertions), target);
  const safe = Buffer.from(texts, 'latin1')
    .toString('latin1')
    .replace(/[\r\n\0]/g, '%0a');
  return safe.startsWith('/') ? safe : `/${safe}`;
}

export function mutateText(random, text) {
  return random.some(1, 3, () => undefined).reduce((before) => mutate(random, before, [...hostile, ...bytes]), text);
}
