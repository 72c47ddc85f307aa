/** A source of random numbers; every random choice of the library is drawn from one. */
export interface Rng {
  /** The next 32 bits as an integer in [0, 2^32). */
  uint32(): number;
  /** A double in [0, 1), a multiple of 2^-53. */
  uniform(): number;
  /**
   * A whole number in [0, n), every value equally likely.
   * @param n 1 to 2^32.
   */
  integer(n: number): number;
}
