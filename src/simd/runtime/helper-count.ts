/**
 * How many workers may help, found by trying.
 *
 * On free processors every worker helps. Where other programs want the processors, too, a thread is
 * put aside in the middle of a call for milliseconds, again and again, and all others wait for it:
 * then fewer threads, or the caller alone, are faster. So the speed of the work is measured over
 * windows of time, and now and then more or fewer workers are tried for a window and kept if that
 * was clearly faster. Trials that lead nowhere become rare. Only speed depends on any of this:
 * results do not depend on who does which task.
 *
 * Of many threads, one more makes little difference, and even a perfect one is lost in the noise. So
 * a trial changes their number by up to a quarter, and what it must gain is a share of what it would
 * gain if the threads that it adds were perfect, or those that it drops useless.
 */

/** Milliseconds of work after which the speed is taken. */
const WINDOW = 100;
/** Milliseconds between trials. */
const SHORTEST_PAUSE = 200;
const LONGEST_PAUSE = 6400;
/** The share of the largest gain that a trial must reach, and the gain that is always enough. */
const NEEDED_SHARE = 0.4;
const CLEARLY = 1.1;
/** Share of the ideal speed (that of one free thread, times the threads) that asks for a trial. */
const SATISFACTORY = 0.7;

export class HelperCount {
  readonly #workers: number;
  /** What is in force outside trials, and the speed that it gave lately. */
  #home: number;
  #homeSpeed = 0;
  #trial: number | null = null;
  #pause = SHORTEST_PAUSE;
  #nextTrial = 0;
  /** Trials that led nowhere since the last that did: what is tried next follows from it. */
  #failures = 0;
  #work = 0;
  #time = 0;

  /** @param processors beside the caller's: so many help at first; whether more are faster is tried later. */
  constructor(workers: number, processors = workers) {
    this.#workers = workers;
    this.#home = Math.min(workers, processors);
  }

  /** Workers that may help now. */
  get current(): number {
    return this.#trial ?? this.#home;
  }

  /**
   * Books a call.
   * @param work milliseconds that one free thread needs for it
   * @param time milliseconds that it took
   * @param now the time at its end
   */
  record(work: number, time: number, now: number): void {
    this.#work += work;
    this.#time += time;
    if (this.#time < WINDOW) return;
    const speed = this.#work / this.#time;
    this.#work = this.#time = 0;
    if (this.#trial !== null) this.#endTrial(this.#trial, speed, now);
    else this.#homeSpeed = this.#homeSpeed === 0 ? speed : (this.#homeSpeed + speed) / 2;
    if (now >= this.#nextTrial) this.#trial = this.#worthTrying();
  }

  #endTrial(trial: number, speed: number, now: number): void {
    if (speed > this.#homeSpeed * neededGain(this.#home + 1, trial + 1)) {
      this.#home = trial;
      this.#homeSpeed = speed;
      this.#pause = SHORTEST_PAUSE;
      this.#failures = 0;
    } else {
      this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
      this.#failures++;
    }
    this.#trial = null;
    this.#nextTrial = now + this.#pause;
  }

  /**
   * More and fewer workers in turns, a quarter of the threads at first, then half of that, ..., and all:
   * where each thread adds less than the one before, only many together are clearly faster.
   */
  #worthTrying(): number | null {
    const threads = this.#home + 1;
    const slow = this.#homeSpeed < SATISFACTORY * threads;
    if (this.#home === this.#workers && (!slow || this.#home === 0)) return null;
    const sizes = 1 + Math.floor(Math.log2(Math.ceil(threads / 4)));
    const size = Math.floor(this.#failures / 2) % (sizes + 1);
    const step = Math.ceil(threads / 4 / 2 ** size);
    const upwards = this.#failures % 2 === 0 || !slow || this.#home === 0;
    if (upwards && this.#home < this.#workers) {
      return size === sizes ? this.#workers : Math.min(this.#workers, this.#home + step);
    }
    return Math.max(0, this.#home - step);
  }
}

/** How many times faster `trial` threads must be than `home`, to take their place. */
function neededGain(home: number, trial: number): number {
  const largest = Math.max(home, trial) / Math.min(home, trial);
  return Math.min(CLEARLY, 1 + NEEDED_SHARE * (largest - 1));
}
