// Random numbers that can be had again, a Zipf distribution over them, and percentiles.

/** Numbers from 0 up to 1, the same for the same seed (a 32-bit xorshift). */
export function randomNumbers(seed) {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

/** Indexes below `count`; the one at `k` is drawn in proportion to 1 / (k + 1). */
export function zipfPicker(count, random) {
  let sum = 0;
  const upTo = Float64Array.from({ length: count }, (_, at) => (sum += 1 / (at + 1)));
  return () => {
    const drawn = random() * sum;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (upTo[middle] < drawn) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** Of values in ascending order. */
export function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function percentileOf(values, share) {
  return percentile(
    [...values].sort((a, b) => a - b),
    share,
  );
}
