/** The standard normal distribution's 97.5 % quantile. */
const Z = 1.959963984540054;

/**
 * Where the share of right answers lies of which `right` of `n` were seen, with 95 % confidence: Wilson's interval,
 * which holds for few pictures and for shares near 1, too.
 * @see statsmodels, `proportion_confint(method="wilson")`
 */
export function likelyShare(right: number, n: number): readonly [low: number, high: number] {
  const share = right / n;
  const center = share + Z ** 2 / (2 * n);
  const reach = Z * Math.sqrt((share * (1 - share)) / n + Z ** 2 / (4 * n ** 2));
  const scale = 1 + Z ** 2 / n;
  return [Math.max(0, (center - reach) / scale), Math.min(1, (center + reach) / scale)];
}
