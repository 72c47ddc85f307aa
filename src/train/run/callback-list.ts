import { check, describe, isArray, isListOf, isObject, isText, readable } from "../../checks.ts";
import { func, integer, like } from "../../options.ts";
import { messageOf } from "../../text/describe.ts";
import { CifarKitError, DataError } from "../../errors.ts";
import type { Callback, TrainingRun } from "../callback.ts";
import { brandOf } from "../../brand.ts";
import { setTfjsParams } from "./tfjs-callbacks.ts";
import type { SavedCallback } from "../checkpoint/checkpoint.ts";

/** Steps between two readings of loss and metrics from the device; the first step is read too. */
const READ_EVERY = 20;

/** The hooks of {@link Callback}; the compiler sees to it that none is missing. */
export const HOOKS: Record<Exclude<keyof Callback, "readEvery" | "stateKey">, true> = {
  onTrainBegin: true,
  onTrainEnd: true,
  onRunEnd: true,
  onPhaseBegin: true,
  onPhaseEnd: true,
  onEpochBegin: true,
  onEpochEnd: true,
  onTestBegin: true,
  onTestEnd: true,
  onBatchBegin: true,
  onBatchEnd: true,
  onNonFiniteLoss: true,
  getState: true,
  setState: true,
};

/** Throws unless these are callbacks whose hooks will be called. */
export function checkCallbacks(subject: string, callbacks: unknown): readonly Callback[] {
  check(
    isListOf(callbacks, (one): one is object => isObject(one) && !isArray(one)),
    subject,
    "callbacks to be a list of objects with hooks such as onEpochEnd",
    describe(callbacks),
    "pass e.g. [earlyStopping({ patience: 3 })]",
  );
  const optional = { optional: true } as const;
  for (const callback of callbacks as Record<string, unknown>[]) {
    const [members, hooks] = readable(subject, "callbacks", () => [
      membersOf(callback),
      Object.keys(HOOKS).map((name) => [name, callback[name]] as const),
    ]);
    for (const [name, hook] of hooks) {
      func("pass a function, or leave it out", optional)(hook, subject, `the callback's ${name}`);
    }
    const { readEvery, stateKey } = callback;
    integer({ min: 1, ...optional })(readEvery, subject, "the callback's readEvery");
    const isKey = like(isText, "a text", 'pass e.g. "counter(2)"', optional);
    isKey(stateKey, subject, "the callback's stateKey");
    // Nobody would call a slip of the pen, nor what is something else, such as a Date, of which its kind
    // says more than its members.
    const names = members.filter((name) => name !== "constructor");
    const isKnown = (name: string): boolean =>
      Object.hasOwn(HOOKS, name) || /^(readEvery|stateKey)$/.test(name);
    const stray =
      names.find((name) => /^on[A-Z_]/.test(name) && !isKnown(name)) ??
      (names.some(isKnown) ? undefined : names[0]);
    const kind = describe(callback);
    const isNamed = kind === "an object" || stray?.startsWith("on");
    check(
      stray === undefined,
      subject,
      `hooks out of ${Object.keys(HOOKS).join(", ")}`,
      isNamed ? stray : kind,
      isNamed
        ? "correct the name"
        : kind === "a Promise"
          ? "await it"
          : "pass an object with hooks",
    );
  }
  return callbacks;
}

/** Names of an object's members, and of those that it has from its class. */
function membersOf(value: object): string[] {
  const parent = Object.getPrototypeOf(value) as object | null;
  const inherited = parent === null || parent === Object.prototype ? [] : membersOf(parent);
  return [...Object.getOwnPropertyNames(value), ...inherited];
}

/** What a hook is called with, but for the run, which comes last. */
type HookArguments<Hook extends keyof Callback> =
  Parameters<Extract<Callback[Hook], (...args: never) => unknown>> extends [
    ...infer Args,
    TrainingRun,
  ]
    ? Args
    : never;

/** The callbacks of a run, as one. */
export class CallbackList {
  /** Steps between two readings, as often as the most curious callback wants. */
  readonly readEvery: number;
  readonly #callbacks: readonly Callback[];
  /** Those that keep a state in checkpoints. */
  readonly #stateful: readonly Callback[];
  readonly #run: TrainingRun;

  /** Unless `verbose` is 0, there is a progress bar behind the others. */
  static async of(callbacks: readonly Callback[], run: TrainingRun): Promise<CallbackList> {
    // The user's may be of another copy of the package.
    const hasBar = callbacks.some((callback) => brandOf(callback) === "ProgressBar");
    if (run.verbose === 0 || hasBar) return new CallbackList(callbacks, run);
    // Loaded only where something is printed.
    const { progressBar } = await import("../callbacks/progress-bar.ts");
    return new CallbackList([...callbacks, progressBar()], run);
  }

  private constructor(callbacks: readonly Callback[], run: TrainingRun) {
    this.#callbacks = callbacks;
    this.#run = run;
    this.#stateful = callbacks.filter((callback) => callback.getState !== undefined);
    this.readEvery = Math.min(
      READ_EVERY,
      ...callbacks.map(({ readEvery = READ_EVERY }) => readEvery),
    );
  }

  /** Tells callbacks of TensorFlow.js of a phase that begins. */
  setTfjsParams(): void {
    for (const callback of this.#callbacks) setTfjsParams(callback, this.#run.model, this.#run);
  }

  /** Calls a hook of all of them, with its arguments and the run. */
  async call<Hook extends Extract<keyof Callback, `on${string}`>>(
    hook: Hook,
    ...args: HookArguments<Hook>
  ): Promise<void> {
    for (const callback of this.#callbacks) {
      const hooks = callback as Record<string, (...args: unknown[]) => void | Promise<void>>;
      const result = hooks[hook]?.(...args, this.#run);
      if (result !== undefined) await result;
    }
  }

  /** Tells all of them that the run has ended, whatever one of them throws. */
  async endRun(): Promise<void> {
    let first: { readonly error: unknown } | undefined;
    for (const callback of this.#callbacks) {
      try {
        await callback.onRunEnd?.(this.#run);
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
      states.push({ key: keyOf(callback), state: await callback.getState!(this.#run) });
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
        await callback.setState?.(states[i].state, this.#run);
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
