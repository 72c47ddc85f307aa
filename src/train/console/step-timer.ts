/**
 * Keras's estimate of the time that a step takes. The first step, which compiles, warms up and waits,
 * is left out as soon as there is a second one.
 */
export class StepTimer {
  /** When the epoch began. */
  readonly start: number;
  readonly #stepsBefore: number;
  #firstStepEnd: number | undefined;

  /**
   * @param start seconds on any clock, when the epoch began.
   * @param stepsBefore steps of the epoch that were done earlier, in another run.
   */
  constructor(start: number, stepsBefore = 0) {
    this.start = start;
    this.#stepsBefore = stepsBefore;
  }

  /** Seconds since the epoch began. */
  elapsed(now: number): number {
    return now - this.start;
  }

  /** Seconds a step after `steps` of them; has to be asked after the first to leave it out later. */
  secondsPerStep(steps: number, now: number): number {
    const done = steps - this.#stepsBefore;
    if (done === 0) return 0;
    const estimate =
      this.#firstStepEnd !== undefined && done > 1
        ? (now - this.#firstStepEnd) / (done - 1)
        : (now - this.start) / done;
    if (done === 1) this.#firstStepEnd = now;
    return estimate;
  }
}
