/** What the steps of the page share. */
import type * as tf from "@tensorflow/tfjs-layers";
import { BackendError, type ImageSet } from "cifar-kit";
import { createTrainer, type Trainer } from "cifar-kit/browser";

/** Training and test pictures. */
export interface Pictures {
  readonly train: ImageSet;
  readonly test: ImageSet;
  /** Where they came from, to load them again. */
  readonly origin: Origin;
}

/** Where pictures come from. */
export interface Origin {
  readonly where: "sample" | "full" | "elsewhere";
  readonly baseUrl: string;
  readonly layout: "binary" | "npm";
}

/** The page's state; steps that depend on each other listen to it. */
class State extends EventTarget {
  backend = "cpu";
  pictures: Pictures | undefined;
  model: tf.LayersModel | undefined;
  /** The model, while it was trained here and is kept nowhere else. */
  #onlyHere: tf.LayersModel | undefined;
  isTraining = false;
  #trainer: { readonly backend: string; readonly trainer: Trainer } | undefined;
  #latestJob: Promise<unknown> = Promise.resolve();

  /** Tells the others that something has changed. */
  changed(): void {
    this.dispatchEvent(new Event("change"));
  }

  onChange(listener: () => void): void {
    this.addEventListener("change", listener);
    listener();
  }

  /** The Worker on the chosen backend; started when it is first needed. */
  async trainer(): Promise<Trainer> {
    if (this.#trainer?.backend !== this.backend) {
      this.endTrainer();
      const worker = new Worker(new URL("./train-worker.ts", import.meta.url), { type: "module" });
      const trainer = createTrainer(worker, { backend: this.backend });
      this.#trainer = { backend: this.backend, trainer };
    }
    const { trainer } = this.#trainer;
    try {
      await trainer.ready();
    } catch (error) {
      this.endTrainer();
      throw error;
    }
    return trainer;
  }

  /** Lets the Worker do a job once those before it are done: it does one at a time. */
  inTurn<T>(job: (trainer: Trainer) => Promise<T>): Promise<T> {
    const result = this.#latestJob.then(async () => {
      try {
        return await job(await this.trainer());
      } catch (error) {
        // A Worker without its device cannot go on; the next one can.
        if (error instanceof BackendError) this.endTrainer();
        throw error;
      }
    });
    this.#latestJob = result.catch(() => undefined);
    return result;
  }

  /** Ends the Worker; the next one starts anew. */
  endTrainer(): void {
    this.#trainer?.trainer.terminate();
    this.#trainer = undefined;
  }

  /** Replaces the model, for good: whoever calls this for a click has asked before (ask.ts). */
  setModel(model: tf.LayersModel, { isOnlyHere = false } = {}): void {
    this.model?.dispose();
    this.model = model;
    this.#onlyHere = isOnlyHere ? model : undefined;
    this.changed();
  }

  /** Whether the model would be lost with the page. */
  get isModelOnlyHere(): boolean {
    return this.#onlyHere !== undefined;
  }

  /** The model is saved, if it is still the one in use. */
  markKept(model: tf.LayersModel): void {
    if (this.#onlyHere === model) this.#onlyHere = undefined;
  }
}

export const state = new State();
