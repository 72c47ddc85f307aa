import { check, checkInteger, describe, isListOf, isObject } from "../checks.ts";
import { messageOf } from "../describe.ts";
import { CifarKitError, DataError } from "../errors.ts";
import type { Callback, Logs, TrainingContext } from "./callback.ts";
import { brandOf } from "../brand.ts";
import { introduce } from "./tfjs-callbacks.ts";
import type { SavedCallback } from "./checkpoint/checkpoint.ts";

/** Steps between two readings of loss and metrics from the device; the first step is read too. */
const READ_EVERY = 20;

/** The hooks of {@link Callback}. */
const HOOKS: Record<Exclude<keyof Callback, "readEvery" | "stateKey">, true> = {
  ...{ setContext: true, getState: true, setState: true },
  ...{ onTrainBegin: true, onTrainEnd: true, onRunEnd: true, onTestBegin: true, onTestEnd: true },
  ...{ onEpochBegin: true, onEpochEnd: true, onBatchBegin: true, onBatchEnd: true },
  onNonFiniteLoss: true,
};

/** Throws unless these are callbacks whose hooks will be called. */
export function checkCallbacks(subject: string, callbacks: unknown): void {
  check(
    isListOf(callbacks, isObject),
    subject,
    "callbacks to be a list of objects with hooks such as onEpochEnd",
    describe(callbacks),
    "pass e.g. [earlyStopping({ patience: 3 })]",
  );
  for (const callback of callbacks as Record<string, unknown>[]) {
    for (const name of Object.keys(HOOKS)) {
      const hook = callback[name];
      check(
        hook === undefined || typeof hook === "function",
        subject,
        `the callback's ${name} to be a function`,
        describe(hook),
        "pass a function, or leave it out",
      );
    }
    const { readEvery } = callback;
    if (readEvery !== undefined) {
      checkInteger(subject, "the callback's readEvery", readEvery, { min: 1 });
    }
    check(
      callback.stateKey === undefined || typeof callback.stateKey === "string",
      subject,
      "the callback's stateKey to be a text",
      describe(callback.stateKey),
      'pass e.g. "counter(2)"',
    );
    // A slip of the pen would never be called.
    const stray = membersOf(callback).find((key) => /^on[A-Z_]/.test(key) && !(key in HOOKS));
    check(
      stray === undefined,
      subject,
      `hooks out of ${Object.keys(HOOKS).join(", ")}`,
      stray ?? "",
      "correct the name",
    );
  }
}

/** Names of an object's members, and of those that it has from its class. */
function membersOf(value: object): string[] {
  const parent = Object.getPrototypeOf(value) as object | null;
  const inherited = parent === null || parent === Object.prototype ? [] : membersOf(parent);
  return [...Object.getOwnPropertyNames(value), ...inherited];
}

/** The callbacks of a run, as one. */
export class CallbackList {
  /** Steps between two readings, as often as the most curious callback wants. */
  readonly readEvery: number;
  #callbacks: readonly Callback[];
  /** Whether a progress bar is still to come behind them. */
  #needsBar: boolean;
  /** Those that keep a state in checkpoints. */
  readonly #stateful: readonly Callback[];

  /** @param verbose unless it is 0, there is a progress bar behind the others. */
  constructor(callbacks: readonly Callback[], verbose: 0 | 1 | 2) {
    // The user's may be of another copy of the package.
    this.#needsBar =
      verbose !== 0 && !callbacks.some((callback) => brandOf(callback) === "ProgressBar");
    this.#callbacks = callbacks;
    this.#stateful = callbacks.filter((callback) => callback.getState !== undefined);
    this.readEvery = Math.min(
      READ_EVERY,
      ...callbacks.map(({ readEvery = READ_EVERY }) => readEvery),
    );
  }

  async setContext(context: TrainingContext): Promise<void> {
    if (this.#needsBar) {
      // Loaded only where something is printed.
      const { progressBar } = await import("./callbacks/progress-bar.ts");
      this.#callbacks = [...this.#callbacks, progressBar()];
      this.#needsBar = false;
    }
    for (const callback of this.#callbacks) {
      introduce(callback, context.model, context);
      await callback.setContext?.(context);
    }
  }

  async call(hook: "onTrainBegin" | "onTrainEnd" | "onTestBegin" | "onTestEnd"): Promise<void>;
  async call(
    hook: "onEpochBegin" | "onBatchBegin" | "onNonFiniteLoss",
    index: number,
  ): Promise<void>;
  async call(hook: "onEpochEnd" | "onBatchEnd", index: number, logs: Logs): Promise<void>;
  async call(
    hook: Extract<keyof Callback, `on${string}`>,
    index?: number,
    logs?: Logs,
  ): Promise<void> {
    for (const callback of this.#callbacks) {
      const hooks = callback as Record<string, (...args: unknown[]) => void | Promise<void>>;
      const result = index === undefined ? hooks[hook]?.(logs) : hooks[hook]?.(index, logs);
      if (result !== undefined) await result;
    }
  }

  /** Tells all of them that the run has ended, whatever one of them throws. */
  async endRun(): Promise<void> {
    let first: { readonly error: unknown } | undefined;
    for (const callback of this.#callbacks) {
      try {
        await callback.onRunEnd?.();
      } catch (error) {
        first ??= { error };
      }
    }
    if (first) throw first.error;
  }

  /** What the callbacks have to remember, each under its key. */
  async getStates(): Promise<SavedCallback[]> {
    const states: SavedCallback[] = [];
    for (const callback of this.#stateful) {
      states.push({ key: keyOf(callback), state: await callback.getState!() });
    }
    return states;
  }

  /** Throws unless these states can be given back. */
  checkStates(subject: string, states: readonly SavedCallback[]): void {
    const saved = states.map(({ key }) => key);
    const present = this.#stateful.map(keyOf);
    check(
      saved.length === present.length && saved.every((key, i) => key === present[i]),
      subject,
      `the callbacks of the checkpoint that keep a state: ${saved.join(", ") || "none"}`,
      present.join(", ") || "none",
      'pass the callbacks that the run began with, in their order, or begin anew with resume: "never"',
    );
  }

  async setStates(states: readonly SavedCallback[]): Promise<void> {
    for (const [i, callback] of this.#stateful.entries()) {
      try {
        await callback.setState?.(states[i].state);
      } catch (cause) {
        if (cause instanceof CifarKitError) throw cause;
        throw new DataError({
          subject: "setState",
          expected: `a state that ${keyOf(callback)} can go on from`,
          got: messageOf(cause),
          remedy: 'go back to an earlier checkpoint, or begin anew with resume: "never"',
          cause,
        });
      }
    }
  }
}

const keyOf = ({ stateKey = "callback" }: Callback): string => stateKey;
