/** The calls of hooks in a run, beside those that Keras makes in the same run. */
import { beforeAll, expect, it } from "vitest";
import { type Callback, type Logs, sgd, trainPhase, type TrainingRun } from "cifar-kit";
import keras from "../fixtures/train/hooks.keras-3.json" with { type: "json" };
import { useBackend } from "../helpers/backends.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";

beforeAll(() => useBackend("wasm"));

/** Names of the callback and the hook, the index if there is one, the names in the logs. */
type Call = readonly unknown[];

/** Both callbacks in turn. */
const both = (...call: Call): Call[] => ["a", "b"].map((name) => [name, ...call]);

/** Calls of Keras, with those of the phase, which it lacks, around its epochs. */
const withPhase = (calls: readonly Call[]): Call[] => [
  ...calls.slice(0, 2),
  ...both("onPhaseBegin", 0, []),
  ...calls.slice(2, -2),
  ...both("onPhaseEnd", 0, []),
  ...calls.slice(-2),
];
const HOOKS = [
  ...new Set(keras.runs.flatMap(({ calls }) => withPhase(calls).map(([, hook]) => String(hook)))),
];

/** A callback that notes its calls and, if it is told which one, has the run stop in it. */
function recorder(name: string, calls: Call[], stop: Call | null): Callback {
  const record = (hook: string, ...args: unknown[]): void => {
    const run = args.pop() as TrainingRun;
    const names = Object.keys(args.pop() as Logs).sort();
    const call = [name, hook, ...args];
    calls.push([...call, names]);
    const times = calls.filter((made) => String(made.slice(0, -1)) === String(call)).length;
    if (String(stop) === String([...call, times])) run.stopTraining();
  };
  return Object.fromEntries(HOOKS.map((hook) => [hook, record.bind(undefined, hook)]));
}

it.each(keras.runs)(
  "are called as in Keras: to epoch $epochs from $initial_epoch, validation $validation every $validation_freq, stopped in $stop",
  async ({ epochs, initial_epoch, validation, validation_freq, stop, calls: expected }) => {
    const model = tinyModel({ optimizer: sgd() });
    const calls: Call[] = [];
    await trainPhase(model, {
      ...{ train: tinyImages(5), batchSize: 2, epochs, verbose: 0 },
      ...{ initialEpoch: initial_epoch, validationFreq: validation_freq },
      validation: validation ? tinyImages(4) : undefined,
      callbacks: ["a", "b"].map((name) => recorder(name, calls, stop)),
    });
    model.dispose();
    expect(calls).toEqual(withPhase(expected));
  },
);
