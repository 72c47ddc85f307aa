/**
 * How many workers may help, found by trying.
 *
 * On free processors every worker helps. Where other programs want the processors, too, a thread is
 * put aside in the middle of a call for milliseconds, again and again, and all others wait for it:
 * then fewer threads, or the caller alone, are faster. So the speed of the work is measured over
 * windows of time, and now and then one worker more or less is tried for a window and kept if that
 * was clearly faster. Trials that lead nowhere become rare. Only speed depends on any of this:
 * results do not depend on who does which task.
 */

/** Milliseconds of work after which the speed is taken. */
const WINDOW = 100;
/** Milliseconds between trials. */
const SHORTEST_PAUSE = 200;
const LONGEST_PAUSE = 6400;
/** How much faster a trial must be to be kept. */
const CLEARLY = 1.1;
/** Share of the ideal speed (that of one free thread, times the threads) that asks for a trial. */
const SATISFACTORY = 0.7;

export class HelperCount {
  readonly #workers: number;
  /** What is in force outside trials, and the speed that it gave last. */
  #home: number;
  #homeSpeed = 0;
  #trial: number | null = null;
  #pause = SHORTEST_PAUSE;
  #nextTrial = 0;
  #upwards = false;
  #work = 0;
  #time = 0;

  constructor(workers: number) {
    this.#workers = workers;
    this.#home = workers;
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
    if (this.#trial === null) this.#homeSpeed = speed;
    else this.#endTrial(this.#trial, speed, now);
    if (now >= this.#nextTrial) this.#trial = this.#worthTrying();
  }

  #endTrial(trial: number, speed: number, now: number): void {
    if (speed > this.#homeSpeed * CLEARLY) {
      this.#home = trial;
      this.#homeSpeed = speed;
      this.#pause = SHORTEST_PAUSE;
    } else {
      this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
    }
    this.#trial = null;
    this.#nextTrial = now + this.#pause;
  }

  /** One worker less where the present ones do not bring what they should, else one more. */
  #worthTrying(): number | null {
    const slow = this.#homeSpeed < SATISFACTORY * (this.#home + 1);
    if (this.#home === this.#workers) return slow && this.#home > 0 ? this.#home - 1 : null;
    // Once below the full number, both directions take turns.
    this.#upwards = !this.#upwards;
    return this.#upwards || !slow || this.#home === 0 ? this.#home + 1 : this.#home - 1;
  }
}
