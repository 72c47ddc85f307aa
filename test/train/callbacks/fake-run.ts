import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { Callback, TrainingRun } from "../../../src/train/callback.ts";

/** A run whose changes a test can read. */
export interface FakeRun extends TrainingRun {
  isStopped: boolean;
}

export function fakeRun(parts: Partial<TrainingRun> = {}): FakeRun {
  return {
    model: {} as LayersModel,
    phase: 0,
    epochs: 10,
    steps: 100,
    validationFreq: 1,
    verbose: 1,
    learningRate: 0.001,
    isScheduled: false,
    isStopped: false,
    stopTraining() {
      this.isStopped = true;
    },
    ...parts,
  };
}

/** The hooks of a callback, without the run. */
export type Hooks = {
  [
    Name in keyof Callback as Callback[Name] extends ((...args: never) => unknown) | undefined
      ? Name
      : never
  ]-?: (...args: readonly unknown[]) => Promise<never>;
};

/**
 * The hooks of a callback, to be called as the run does, which comes last by itself; those that it
 * lacks do nothing. Logs that are left out are empty.
 */
export function hooksOf(callback: Callback, run: TrainingRun = fakeRun()): Hooks {
  return new Proxy({} as Hooks, {
    get: (_, name: string) => {
      const hook = (callback as Record<string, unknown>)[name];
      if (typeof hook !== "function") return () => Promise.resolve();
      const places = /^on(Train|Test)|^setState$/.test(name)
        ? 1
        : /^(onRunEnd|getState)$/.test(name)
          ? 0
          : name === "onNonFiniteLoss"
            ? 1
            : 2;
      return async (...args: unknown[]) => {
        while (args.length < places) args.push({});
        return (await (hook as (...all: unknown[]) => unknown).call(
          callback,
          ...args,
          run,
        )) as never;
      };
    },
  });
}
