const WORDS = 624;
const AHEAD = 397;

/**
 * The Mersenne Twister MT19937 of 32-bit words, started as `init_genrand` starts it.
 * @see Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8(1), 1998
 */
export class MersenneTwister {
  readonly #words = new Uint32Array(WORDS);
  #next = WORDS;

  /** @param seed its lowest 32 bits count. */
  constructor(seed: number) {
    const words = this.#words;
    words[0] = seed;
    for (let i = 1; i < WORDS; i++) {
      words[i] = Math.imul(1812433253, words[i - 1] ^ (words[i - 1] >>> 30)) + i;
    }
  }

  /** The next word, in [0, 2^32). */
  uint32(): number {
    if (this.#next === WORDS) this.#twist();
    let word = this.#words[this.#next++];
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  #twist(): void {
    const words = this.#words;
    for (let i = 0; i < WORDS; i++) {
      const joined = (words[i] & 0x80000000) | (words[(i + 1) % WORDS] & 0x7fffffff);
      words[i] = words[(i + AHEAD) % WORDS] ^ (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}
