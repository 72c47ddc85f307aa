/** Jobs that wait for their turn: so many at once, and with so many pixels together. */
export class JobQueue {
  readonly #atOnce: number;
  readonly #maxPixels: number;
  #waiting: { readonly pixels: number; start(): Promise<void> }[] = [];
  readonly #running = new Set<Promise<void>>();
  #pixels = 0;

  /** @param maxPixels a job that has more runs alone. */
  constructor(atOnce: number, maxPixels: number) {
    this.#atOnce = atOnce;
    this.#maxPixels = maxPixels;
  }

  /** Does a job after those that came before it. */
  run<T>(pixels: number, job: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ pixels, start: () => job().then(resolve, reject) });
      this.#advance();
    });
  }

  /** Forgets the jobs that have not begun, and waits for the others. */
  async end(): Promise<void> {
    this.#waiting = [];
    await Promise.all(this.#running);
  }

  #advance(): void {
    for (;;) {
      const next = this.#waiting.at(0);
      if (!next || this.#running.size === this.#atOnce) return;
      if (this.#running.size > 0 && this.#pixels + next.pixels > this.#maxPixels) return;
      this.#waiting.shift();
      this.#pixels += next.pixels;
      const run = next.start().then(() => {
        this.#running.delete(run);
        this.#pixels -= next.pixels;
        this.#advance();
      });
      this.#running.add(run);
    }
  }
}
