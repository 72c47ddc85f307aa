import { concat, dispose, reshape, type Rank, tidy, type Scalar } from "@tensorflow/tfjs-core";
import type { Logs } from "../logs.ts";

/**
 * The means of loss and metrics over the samples of an epoch so far.
 *
 * Values stay on the device until {@link read}: reading one back stalls a graphics card, and every
 * step would be waiting for it. Sums are kept in double precision, in the order of the steps.
 */
export class RunningMeans {
  readonly #names: readonly string[];
  #sums: number[];
  #samples = 0;
  #pending: { readonly values: Scalar[]; readonly size: number }[] = [];

  /**
   * @param names keys of the values of a step, in order, the loss first.
   */
  constructor(names: readonly string[]) {
    this.#names = names;
    this.#sums = names.map(() => 0);
  }

  /** Takes over the values of a step: they are disposed when they have been read. */
  add(values: Scalar[], size: number): void {
    this.#pending.push({ values, size });
  }

  /**
   * Reads back what is pending.
   * @returns how many steps back, counted from the last one, the first loss that is not finite lies; -1
   *   if all are finite. (A metric that is not may have no meaning for a batch.)
   */
  async read(): Promise<number> {
    if (this.#pending.length === 0) return -1;
    const pending = this.#pending;
    this.#pending = [];
    const stacked = tidy(() =>
      concat(pending.flatMap(({ values }) => values.map((v) => reshape<Rank.R1>(v, [1])))),
    );
    pending.forEach(({ values }) => {
      dispose(values);
    });
    const data = await stacked.data();
    stacked.dispose();
    let firstBad = -1;
    let at = 0;
    pending.forEach(({ values, size }, step) => {
      for (let i = 0; i < values.length; i++) {
        const value = data[at++];
        if (i === 0 && !Number.isFinite(value) && firstBad === -1)
          firstBad = pending.length - 1 - step;
        this.#sums[i] += value * size;
      }
      this.#samples += size;
    });
    return firstBad;
  }

  /** What has been read so far, as plain numbers. */
  get state(): { readonly sums: readonly number[]; readonly samples: number } {
    return { sums: [...this.#sums], samples: this.#samples };
  }

  /** Goes on from such a state. */
  set state({ sums, samples }) {
    this.#sums = [...sums];
    this.#samples = samples;
  }

  /** The means of all that has been read. */
  get logs(): Logs {
    return Object.fromEntries(
      this.#names.map((name, i) => [name, this.#sums[i] / Math.max(1, this.#samples)]),
    );
  }

  /** Disposes what is pending. */
  dispose(): void {
    this.#pending.forEach(({ values }) => {
      dispose(values);
    });
    this.#pending = [];
  }
}
