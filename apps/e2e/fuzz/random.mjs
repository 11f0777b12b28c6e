// A seed and the number of a request in, a stream of choices out: the same ones everywhere and for ever.

/** 32 well mixed bits of a text (FNV-1a with a final avalanche). */
function hash(text) {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Each request has a stream of its own, so that one can be made again without those before it. */
export function createRandom(seed, index) {
  let state = hash(`${seed}/${index}`);
  /** @returns a number from 0 up to, not including, 1 (mulberry32) */
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const random = {
    next,
    /** true for a request that may be wrong anywhere; the others are meant to be answered. */
    wild: next() < 0.4,
    /** An integer from 0 up to, not including, `below`. */
    below: (below) => Math.floor(next() * below),
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    chance: (probability) => next() < probability,
    pick: (list) => list[Math.floor(next() * list.length)],
    /** One of [weight, value] pairs. */
    weighted(pairs) {
      let at = next() * pairs.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, value] of pairs) if ((at -= weight) < 0) return value;
      return pairs.at(-1)[1];
    },
    /** `count` values of `make`, more than `least` ever less likely. */
    some(least, most, make) {
      const values = [];
      while (values.length < least || (values.length < most && next() < 0.5)) values.push(make());
      return values;
    },
    /** A list in another order. */
    shuffle(list) {
      const copy = [...list];
      for (let i = copy.length - 1; i > 0; i -= 1) {
        const j = Math.floor(next() * (i + 1));
        [copy[i], copy[j]] = [copy[j], copy[i]];
      }
      return copy;
    },
  };
  return random;
}
