import type { Callback, CallbackState } from "../train/callback.ts";
import type { Logs } from "../train/logs.ts";
import type { WorkListener } from "./engine.ts";

/** Sends the logs of each epoch, and stops the trial if the answer says so. */
export class ReportCallback implements Callback {
  readonly stateKey = "report";
  readonly #listener: WorkListener;
  readonly #stop: () => void;
  /** Of all phases, and of those before an interruption. */
  #epochs = 0;

  constructor(listener: WorkListener, stop: () => void) {
    this.#listener = listener;
    this.#stop = stop;
  }

  async onEpochEnd(_epoch: number, logs: Readonly<Logs>): Promise<void> {
    this.#epochs++;
    const numbers = Object.entries(logs).filter(([, value]) => typeof value === "number");
    const verdict = await this.#listener({
      epochs: this.#epochs,
      logs: Object.fromEntries(numbers),
    });
    if (verdict === "stop") this.#stop();
  }

  getState(): CallbackState {
    return this.#epochs;
  }

  setState(state: CallbackState): void {
    this.#epochs = Number(state);
  }
}
