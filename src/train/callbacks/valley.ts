/**
 * Half of the way down the longest valley of a curve: the longest series of values, each below the one
 * before, with any others between them. The first and the last tenth are left out: there the noise of
 * single batches, or of the divergence, is all that falls.
 * @returns its index; `undefined` if no value is below an earlier one.
 * @see fastai, `fastai/callback/schedule.py`, `valley`
 */
export function valley(values: readonly number[]): number | undefined {
  const skipped = Math.floor(values.length / 10);
  const curve = values.slice(skipped, values.length - skipped);
  // Of the valleys of one value, of two and so on: the highest last value, below which most can follow.
  const lasts: number[] = [];
  let end = 0;
  for (const [i, value] of curve.entries()) {
    if (Number.isNaN(value)) continue;
    const place = firstNotAbove(lasts, value);
    if (place === lasts.length) end = i;
    lasts[place] = value;
  }
  const length = lasts.length;
  if (length < 2) return undefined;
  const third = length / 3;
  return skipped + Math.max(0, end - length + Math.floor(third) + Math.floor(third / 2));
}

/** Index of the first of falling values that is not above `value`; their number if all are. */
function firstNotAbove(falling: readonly number[], value: number): number {
  let [from, to] = [0, falling.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (falling[middle] > value) from = middle + 1;
    else to = middle;
  }
  return from;
}
