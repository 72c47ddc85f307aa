import { MersenneTwister } from "./mersenne-twister.ts";
import type { Rng } from "./rng.ts";

/**
 * NumPy's legacy generator, `numpy.random.RandomState(seed)`: the Mersenne Twister with
 * NumPy's ways to doubles and bounded integers. The same seed gives Python's very numbers:
 * `uniform` is `random_sample()`, `integer(n)` is `randint(n)`, and `permutation(n, rng)` of this
 * library is `RandomState.permutation(n)`. A seed is a whole number in [0, 2^32).
 */
export class NumpyRng extends MersenneTwister implements Rng {
  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  integer(n: number): number {
    const most = n - 1;
    if (most === 0) return 0;
    // The smallest mask that covers the range; numbers beyond the range are drawn again.
    const mask = 0xffffffff >>> Math.clz32(most);
    for (;;) {
      const draw = (this.uint32() & mask) >>> 0;
      if (draw <= most) return draw;
    }
  }
}
