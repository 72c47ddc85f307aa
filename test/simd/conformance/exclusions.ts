/** A test of tfjs-core's suite that is not run, and why. */
export interface Exclusion {
  /** Part of the test's full name. */
  readonly name: string;
  readonly reason: string;
  /** Whether the test fails on the cpu backend in the same harness, too. */
  readonly alsoCpu: boolean;
}

export const EXCLUSIONS: readonly Exclusion[] = [];
