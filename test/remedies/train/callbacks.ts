import type { LayersModel } from "@tensorflow/tfjs-layers";
import * as kit from "cifar-kit";
import { tinyModel } from "../../helpers/tiny.ts";
import { type Trials, wrong } from "../trial.ts";
import { heavy, set, train, withCallback } from "./runs.ts";

const schedule = (rate: (index: number) => unknown): Promise<unknown> =>
  withCallback(kit.learningRateScheduler(rate as never));
function unknownLength(): unknown {
  // After a filter nobody knows how many are left.
  return kit.toDataset(set).filter(() => true);
}
const saving = (): object => ({
  callbacks: [kit.modelCheckpoint({ filepath: "a", save: () => undefined })],
});
/** With the one stock optimizer that TensorFlow.js cannot save. */
function stock(): LayersModel {
  const model = tinyModel({ compile: false });
  model.compile({
    optimizer: "adamax",
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  return model;
}

/** A model whose learning rate follows a schedule. */
function scheduled(steps?: number): LayersModel {
  const learningRate = kit.linearSchedule({ from: 0.1, to: 0, steps });
  return tinyModel({ optimizer: kit.sgd({ learningRate }) });
}

export const trials: Trials = {
  "pass stepsPerEpoch, or give the schedule a number of its own, such as decaySteps": [
    () => train({ train: unknownLength() }, scheduled()),
    async () => {
      await train({ train: unknownLength(), stepsPerEpoch: 1 }, scheduled());
      await train({ train: unknownLength() }, scheduled(5));
    },
  ],
  "correct the name": [
    () => withCallback(wrong({ onEpochEnded: () => undefined })),
    () => withCallback({ onEpochEnd: () => undefined }),
  ],
  "pass an object with hooks": [
    () => withCallback(wrong(new Date(0))),
    () => withCallback({ onEpochEnd: () => undefined }),
  ],
  "await it": [
    () => withCallback(wrong(Promise.resolve({}))),
    async () => withCallback(await Promise.resolve({})),
  ],
  "pass a function, or leave it out": [
    () => withCallback(wrong({ onEpochEnd: 5 })),
    () => withCallback({}),
  ],
  "pass e.g. [earlyStopping({ patience: 3 })]": [
    () => train({ callbacks: kit.earlyStopping() }),
    () => train({ callbacks: [kit.earlyStopping({ patience: 3 })] }),
  ],
  'pass e.g. ";"': [
    () => kit.csvLogger(() => undefined, { separator: "--" }),
    () => kit.csvLogger(() => undefined, { separator: ";" }),
  ],
  'pass e.g. (text) => appendFile("log.csv", text)': [
    () => kit.csvLogger(wrong("log.csv")),
    () => kit.csvLogger((text) => text),
  ],
  "pass the smaller one as minLearningRate": [
    () => kit.learningRateFinder({ minLearningRate: 1, maxLearningRate: 0.1 }),
    () => kit.learningRateFinder({ minLearningRate: 0.1, maxLearningRate: 1 }),
  ],
  "pass e.g. (epoch) => 0.001 * 0.9 ** epoch": [
    () => kit.learningRateScheduler(wrong(0.1)),
    () => schedule((epoch) => 0.001 * 0.9 ** epoch),
  ],
  "leave it out, or pass a number of batches as saveFreq": [
    () => kit.modelCheckpoint({ filepath: "{batch}", save: () => undefined }),
    async () => {
      for (const options of [{ filepath: "a" }, { filepath: "{batch}", saveFreq: 1 }]) {
        await withCallback(kit.modelCheckpoint({ ...options, save: () => undefined }));
      }
    },
  ],
  'pass e.g. "runs/{epoch:02d}"': [
    () => kit.modelCheckpoint({ filepath: "" }),
    () => kit.modelCheckpoint({ filepath: "runs/{epoch:02d}" }),
  ],
  "pass e.g. (path) => fileSystemIO(path)": [
    () => kit.modelCheckpoint({ filepath: "a", save: wrong("folder") }),
    () => kit.modelCheckpoint({ filepath: "a", save: (path) => path }),
  ],
  'pass e.g. "val_loss"': [
    () => kit.earlyStopping({ monitor: wrong(5) }),
    () => kit.earlyStopping({ monitor: "val_loss" }),
  ],
  'did you mean {}? Else pass mode: "min" or mode: "max"': [
    () => kit.earlyStopping({ monitor: "val_acuracy" }),
    () => {
      kit.earlyStopping({ monitor: "val_accuracy" });
      kit.earlyStopping({ monitor: "val_acuracy", mode: "max" });
    },
  ],
  'pass mode: "min" or mode: "max"': [
    () => kit.earlyStopping({ monitor: "speed" }),
    () => kit.earlyStopping({ monitor: "speed", mode: "max" }),
  ],
  'pass e.g. () => readFile("log.csv", "utf8").catch(() => ""), or leave it out to begin anew': [
    () => kit.csvLogger(() => undefined, { append: wrong("log.csv") }),
    async () => {
      await withCallback(kit.csvLogger(() => undefined, { append: () => Promise.resolve("") }));
      await withCallback(kit.csvLogger(() => undefined));
    },
  ],
  "pass e.g. () => Date.now() / 1000": [
    () => kit.tensorBoard(() => undefined, { wallTime: wrong(5) }),
    () => kit.tensorBoard(() => undefined, { wallTime: () => Date.now() / 1000 }),
  ],
  'pass e.g. (run, bytes) => appendFile("logs/" + run + "/tfevents", bytes)': [
    () => kit.tensorBoard(wrong("logs")),
    () => kit.tensorBoard((run, bytes) => [run, bytes]),
  ],
  "lower the learning rate, or look for NaN in the data": [
    () => withCallback(kit.terminateOnNaN({ raiseError: true }), { sampleWeight: heavy }),
    () => withCallback(kit.terminateOnNaN({ raiseError: true })),
  ],
  "compile the model with adam({ learningRate })": [
    () => train(saving(), stock()),
    () => train(saving()),
  ],
  "pass e.g. process.stderr": [
    () => kit.progressBar({ output: wrong("stderr") }),
    () => kit.progressBar({ output: process.stderr }),
  ],
  "correct the field, or see that the value is logged": [
    () => withCallback(kit.modelCheckpoint({ filepath: "{auc}", save: () => undefined })),
    () => withCallback(kit.modelCheckpoint({ filepath: "{loss}", save: () => undefined })),
  ],
  "use d for whole numbers, f, e, g or % for others, of at most 255 characters and 80 digits; write {{ for a brace":
    [
      () => kit.modelCheckpoint({ filepath: "{loss:x}" }),
      () =>
        ["{epoch:d}", "{loss:f}", "{loss:e}", "{loss:g}", "{loss:%}", "{{", "{loss:255.80f}"].map(
          (filepath) => kit.modelCheckpoint({ filepath }),
        ),
    ],
  "pass the text of such a file, or write to another one": [
    () => withCallback(kit.csvLogger(() => undefined, { append: () => "a,b\r\n" })),
    async () => {
      await withCallback(kit.csvLogger(() => undefined, { append: () => "epoch,loss\r\n" }));
      await withCallback(kit.csvLogger(() => undefined, { append: () => "" }));
    },
  ],
};
