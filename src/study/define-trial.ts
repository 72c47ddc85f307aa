import { check, describe } from "../checks.ts";
import { BRAND, brandOf } from "../brand.ts";
import type { Callback } from "../train/callback.ts";
import type { CheckpointStore } from "../train/checkpoint/checkpoint-store.ts";
import type { Params } from "./space/space.ts";

/** What a trial gets. */
export interface TrialContext<P> {
  /** A value for each parameter of the space. */
  readonly params: P;
  /** Of this trial, derived from that of the study and the trial's place in it: in [1, 2^31). */
  readonly seed: number;
  /** The trial's number in the study, from 0. */
  readonly number: number;
  /** Aborted when the trial is to stop or to wait: pass it to `train`, which then saves. */
  readonly signal: AbortSignal;
  /** Where the trial's checkpoints lie: pass it to `train`, which then goes on from the last one. */
  readonly checkpoint: {
    /** Of this trial alone. */
    readonly store: CheckpointStore;
  };
  /**
   * A callback for `train`: after each epoch it sends the logs to the study, and waits for its word whether
   * the trial goes on. Epochs are counted through all phases. A loop of one's own calls
   * `await report.onEpochEnd(epoch, logs)` and then looks at the signal.
   */
  readonly report: Callback & {
    /** Sends the logs of an epoch. */
    onEpochEnd(epoch: number, logs: Readonly<Record<string, number>>): Promise<void>;
  };
}

/**
 * Parameters of a trial that does not say which it has: the space stands in another module. Say
 * `defineTrial<ParamsOf<typeof space>>` to have them checked.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyParams = Readonly<Record<string, any>>;

/** A trial of a study: what `defineTrial` gives, and a module exports as its default. */
export type Trial<P = Params> = (context: TrialContext<P>) => Promise<number | undefined>;

/**
 * Makes a trial of a function: trains with some parameters, and gives the value that the study is to make
 * small or large. It is the default export of a module of its own, since other processes load it.
 *
 * It may be called more than once for the same trial: after an interruption, or when a trial that waited goes
 * on. With `checkpoint` handed to `train` it then goes on where it was, and ends with the same bits.
 * @param run gives one finite number. Anything else, such as `undefined` for the last of no epochs, and what it throws
 *   is the failure of this trial, not of the study.
 * @throws {ArgumentError} if `run` is no function.
 * @example
 * // trial.ts
 * export default defineTrial(async ({ params, seed, signal, checkpoint, report }) => {
 *   const model = buildCifarModel({ for: set, seed, learningRate: params.learningRate });
 *   const { valAccuracy } = await trainPhase(model, {
 *     ...{ train: set, validation, epochs: 20, seed, verbose: 0 },
 *     ...{ signal, checkpoint, callbacks: [report] },
 *   });
 *   return valAccuracy.at(-1);
 * });
 */
export function defineTrial<P = AnyParams>(
  run: (context: TrialContext<P>) => Promise<number | undefined> | number | undefined,
): Trial<P> {
  check(
    typeof run === "function",
    "defineTrial",
    "a function",
    describe(run),
    "pass async ({ params, seed, signal, checkpoint, report }) => { ... }",
  );
  const trial: Trial<P> = async (context) => await run(context);
  return Object.defineProperty(trial, BRAND, { value: "Trial" });
}

/** Whether a value is what `defineTrial` gave, in this or another copy of the package. */
export function isTrial(value: unknown): value is Trial {
  return typeof value === "function" && brandOf(value) === "Trial";
}
