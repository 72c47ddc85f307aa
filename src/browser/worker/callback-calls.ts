/**
 * Callbacks of the page in a run of the Worker: there a callback with the same hooks takes its
 * place, which asks the page and waits for the answer. So order and meaning stay.
 */
import { ArgumentError } from "../../errors.ts";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { Callback, CallbackState, TrainingRun } from "../../train/callback.ts";
import { HOOKS } from "../../train/run/callback-list.ts";
import type { Logs } from "../../train/logs.ts";
import {
  clearStopRequest,
  setTfjsParams,
  isStopRequested,
  withTfjsAliases,
} from "../../train/run/tfjs-callbacks.ts";

type Hook = keyof typeof HOOKS;

/** Which hooks a callback has. */
export interface CallbackOutline {
  readonly readEvery: number | undefined;
  readonly stateKey: string | undefined;
  readonly hooks: readonly Hook[];
}

/** The part of a run that messages can carry. */
type RunValues = Pick<
  TrainingRun,
  "phase" | "epochs" | "steps" | "validationFreq" | "verbose" | "isScheduled"
>;

/** A hook that the run calls. */
export interface HookCall {
  /** Index of the callback. */
  readonly callback: number;
  readonly hook: Hook;
  /** What it is called with, but for the run. */
  readonly args: readonly unknown[];
  readonly run: RunValues;
  readonly learningRate: number;
}

/** What the page's callback did. */
interface HookAnswer {
  readonly value: CallbackState | undefined;
  /** What it made of its logs, which the next callback sees. */
  readonly logs: unknown;
  readonly learningRate: number;
  readonly stopped: boolean;
}

/** In the page: what the Worker has to know of a callback. */
export function outline(callback: Callback): CallbackOutline {
  const hooks = (Object.keys(HOOKS) as Hook[]).filter((hook) => callback[hook] !== undefined);
  const { readEvery, stateKey } = callback;
  return { readEvery, stateKey, hooks };
}

/** In the page: runs a hook of the callbacks. */
export function hookRunner(
  callbacks: readonly Callback[],
  model: LayersModel,
): (call: HookCall) => Promise<HookAnswer> {
  const runs = callbacks.map(() => new PageRun());
  clearStopRequest(model);
  return async ({ callback: index, hook, args, run: values, learningRate }) => {
    const callback = callbacks[index];
    const run = runs[index];
    if (run.update(values, learningRate)) setTfjsParams(callback, model, run);
    const hooks = callback as Record<string, (...args: readonly unknown[]) => unknown>;
    const logs = args.at(-1);
    if (isLogs(hook, logs)) withTfjsAliases(logs);
    const value = (await hooks[hook](...args, run)) as CallbackState | undefined;
    const stopped = run.takeStop() || isStopRequested(model);
    // The Worker remembers it for as long as it holds.
    clearStopRequest(model);
    return { value, logs, learningRate: run.learningRate, stopped };
  };
}

/** In the Worker: a callback that stands for the one of this index in the page. */
export function remoteCallback(
  { readEvery, stateKey, hooks }: CallbackOutline,
  index: number,
  ask: (call: HookCall) => Promise<HookAnswer>,
): Callback {
  const call = async (hook: Hook, all: unknown[]): Promise<CallbackState | undefined> => {
    const run = all.at(-1) as TrainingRun;
    const args = all.slice(0, -1);
    const { phase, epochs, steps, validationFreq, verbose, isScheduled, learningRate } = run;
    const answer = await ask({
      callback: index,
      hook,
      args,
      learningRate,
      run: { phase, epochs, steps, validationFreq, verbose, isScheduled },
    });
    if (answer.learningRate !== learningRate) run.learningRate = answer.learningRate;
    if (answer.stopped) run.stopTraining();
    // Callbacks share the logs of a run: what one adds, the next one sees.
    const logs = args.at(-1);
    if (isLogs(hook, logs)) Object.assign(logs, answer.logs);
    return answer.value;
  };
  const callback: Callback = {
    ...(readEvery !== undefined && { readEvery }),
    ...(stateKey !== undefined && { stateKey }),
  };
  for (const hook of hooks)
    Object.assign(callback, { [hook]: (...args: unknown[]) => call(hook, args) });
  return callback;
}

const isLogs = (hook: Hook, argument: unknown): argument is Logs =>
  typeof argument === "object" && argument !== null && hook.startsWith("on");

/** What a callback of the page sees of a run in the Worker. */
class PageRun implements TrainingRun {
  #isNew = true;
  phase = 0;
  epochs = 0;
  steps: number | undefined;
  validationFreq: number | undefined;
  verbose: 0 | 1 | 2 = 0;
  learningRate = NaN;
  isScheduled = false;
  /** Whether it asked to stop since the last answer, in a hook or between two. */
  #stopped = false;

  get model(): never {
    throw new ArgumentError({
      subject: "createTrainer",
      expected: "callbacks of the page to do without the model",
      got: "one that asks for it, while it is trained in the Worker",
      remedy: "pass this callback to serveTrainer({ callbacks }) in the Worker",
    });
  }

  stopTraining(): void {
    this.#stopped = true;
  }

  takeStop(): boolean {
    const stopped = this.#stopped;
    this.#stopped = false;
    return stopped;
  }

  /** Takes over how far the run has come. @returns whether it is the first word of a phase. */
  update(values: RunValues, learningRate: number): boolean {
    const isNew = this.#isNew || values.phase !== this.phase;
    this.#isNew = false;
    Object.assign(this, values, { learningRate });
    return isNew;
  }
}
