import type { Rng } from "../../random/rng.ts";

/** A number in [0, 1] from the symmetric beta distribution: even at alpha 1, at the ends below it. */
export function drawBeta(alpha: number, rng: Rng): number {
  const a = drawGamma(alpha, rng);
  const b = drawGamma(alpha, rng);
  // Both can be too small for a double when alpha is; then the number is at one end or the other.
  return a + b > 0 ? a / (a + b) : rng.integer(2);
}

/** From the gamma distribution of scale 1 (Marsaglia and Tsang, 2000). */
function drawGamma(shape: number, rng: Rng): number {
  if (shape < 1) return drawGamma(shape + 1, rng) * (1 - rng.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = drawNormal(rng);
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    if (Math.log(1 - rng.uniform()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** From the standard normal distribution (Box and Muller). */
function drawNormal(rng: Rng): number {
  const radius = Math.sqrt(-2 * Math.log(1 - rng.uniform()));
  return radius * Math.cos(2 * Math.PI * rng.uniform());
}
