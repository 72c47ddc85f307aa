/**
 * Keras's estimate of the time that a step takes. The first step, which compiles, warms up and waits,
 * is left out as soon as there is a second one.
 */
export class StepTimer {
  readonly #start: number;
  #firstStepEnd: number | undefined;

  /** @param start seconds on any clock, when the epoch began. */
  constructor(start: number) {
    this.#start = start;
  }

  /** Seconds since the epoch began. */
  elapsed(now: number): number {
    return now - this.#start;
  }

  /** Seconds a step after `steps` of them; has to be asked after the first to leave it out later. */
  secondsPerStep(steps: number, now: number): number {
    if (steps === 0) return 0;
    const estimate =
      this.#firstStepEnd !== undefined && steps > 1
        ? (now - this.#firstStepEnd) / (steps - 1)
        : (now - this.#start) / steps;
    if (steps === 1) this.#firstStepEnd = now;
    return estimate;
  }
}
