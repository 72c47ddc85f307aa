import "@tensorflow/tfjs-backend-cpu";
import { fill, io, memory, tidy } from "@tensorflow/tfjs-core";
import { layers, sequential, type LayersModel } from "@tensorflow/tfjs-layers";
import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { ArgumentError } from "../../../src/errors.ts";
import {
  csvLogger,
  earlyStopping,
  learningRateScheduler,
  modelCheckpoint,
  reduceLROnPlateau,
  terminateOnNaN,
} from "../../../src/train/callbacks/index.ts";
import { cosineDecay, oneCycle } from "../../../src/model/index.ts";
import type { Logs } from "../../../src/train/logs.ts";
import { fakeRun, type Hooks, hooksOf } from "./fake-run.ts";
import { TextBuffer } from "./text-buffer.ts";

function smallModel(): LayersModel {
  const model = sequential({
    layers: [
      layers.dense({ units: 3, inputShape: [2] }),
      layers.batchNormalization(),
      layers.dense({ units: 1, trainable: false }),
    ],
  });
  model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
  return model;
}

function setAll(model: LayersModel, value: number): void {
  tidy(() => {
    for (const weight of model.weights) weight.write(fill(weight.shape as number[], value));
  });
}

function firstValues(model: LayersModel): number[] {
  return model.weights.map((weight) => weight.read().dataSync()[0]);
}

describe("earlyStopping", () => {
  it("puts the best weights back, whichever way the run ends, and leaves no tensor behind", async () => {
    const model = smallModel();
    const callback = hooksOf(
      earlyStopping({ patience: 5, restoreBestWeights: true }),
      fakeRun({ model }),
    );
    const before = memory().numTensors;
    await callback.onPhaseBegin(0);
    for (const [epoch, loss] of [3, 1, 2].entries()) {
      setAll(model, epoch);
      await callback.onEpochEnd(epoch, { val_loss: loss });
    }
    expect(firstValues(model)).toEqual(model.weights.map(() => 2));
    await callback.onPhaseEnd(0);
    expect(firstValues(model)).toEqual(model.weights.map(() => 1));
    expect(memory().numTensors).toBe(before);
    model.dispose();
  });

  it("starts anew in every phase", async () => {
    const context = fakeRun();
    const callback = hooksOf(earlyStopping(), context);
    for (const losses of [
      [1, 2],
      [5, 4, 3],
    ]) {
      await callback.onPhaseBegin(0);
      context.isStopped = false;
      for (const [epoch, val_loss] of losses.entries()) {
        await callback.onEpochEnd(epoch, { val_loss });
      }
      expect(context.isStopped).toBe(losses.length === 2);
    }
  });

  it("takes TensorFlow.js's names for Keras's and the other way round", async () => {
    const cases = [
      ["val_acc", { val_accuracy: 0.5 }],
      ["acc", { accuracy: 0.5 }],
      ["val_accuracy", { val_acc: 0.5 }],
    ] as const;
    for (const [monitor, logs] of cases) {
      const context = fakeRun();
      const callback = hooksOf(earlyStopping({ monitor }), context);
      await callback.onPhaseBegin(0);
      await callback.onEpochEnd(0, { ...logs });
      await callback.onEpochEnd(1, { ...logs });
      expect(context.isStopped).toBe(true);
    }
  });

  it("says once that the monitored value is missing, and goes on", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const context = fakeRun();
    const callback = hooksOf(earlyStopping(), context);
    for (let epoch = 0; epoch < 3; epoch++) await callback.onEpochEnd(epoch, { loss: 1 });
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/^earlyStopping: the logs lack val_loss; they hold loss\./)],
    ]);
    expect(context.isStopped).toBe(false);
    warn.mockRestore();
  });

  it("counts NaN after NaN as no improvement", async () => {
    for (const mode of ["min", "max"] as const) {
      const context = fakeRun();
      const callback = hooksOf(earlyStopping({ monitor: "val_auc", mode, patience: 2 }), context);
      await callback.onPhaseBegin(0);
      const stops: boolean[] = [];
      for (let epoch = 0; epoch < 3; epoch++) {
        await callback.onEpochEnd(epoch, { val_auc: NaN });
        stops.push(context.isStopped);
      }
      expect(stops).toEqual([false, false, true]);
    }
  });

  it("finds only what was logged, whatever the name", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const callback = hooksOf(earlyStopping({ monitor: "constructor", mode: "min" }), fakeRun());
    await callback.onEpochEnd(0, { loss: 1 });
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/the logs lack constructor/)]]);
    warn.mockRestore();
  });

  it("lets a run that began with NaN improve", async () => {
    const context = fakeRun();
    const callback = hooksOf(earlyStopping({ patience: 1 }), context);
    await callback.onPhaseBegin(0);
    for (const [epoch, val_loss] of [NaN, 2, 1].entries()) {
      await callback.onEpochEnd(epoch, { val_loss });
    }
    expect(context.isStopped).toBe(false);
  });
});

describe("modelCheckpoint", () => {
  it("saves through a handler, with the optimizer's state unless it is told not to", async () => {
    const model = smallModel();
    const artifacts: io.ModelArtifacts[] = [];
    const handler: io.IOHandler = {
      save: (saved) => {
        artifacts.push(saved);
        return Promise.resolve({ modelArtifactsInfo: io.getModelArtifactsInfoForJSON(saved) });
      },
    };
    for (const saveWeightsOnly of [false, true]) {
      const save = vi.fn(() => handler);
      const callback = hooksOf(
        modelCheckpoint({ filepath: "{epoch:03d}", save, saveWeightsOnly }),
        fakeRun({ model }),
      );
      await callback.onEpochBegin(0);
      await callback.onEpochEnd(0, { loss: 1 });
      expect(save).toHaveBeenCalledWith("001", model);
    }
    expect(artifacts.map(({ trainingConfig }) => trainingConfig !== undefined)).toEqual([
      true,
      false,
    ]);
    model.dispose();
  });

  it("leaves the saving to a function that gives nothing back", async () => {
    const model = smallModel();
    const paths: string[] = [];
    const callback = hooksOf(
      modelCheckpoint({
        filepath: "{batch}-{loss:8.3e}-{loss:07.2f}",
        saveFreq: 2,
        save: (path) => {
          paths.push(path);
          return undefined;
        },
      }),
      fakeRun({ model }),
    );
    await callback.onEpochBegin(0);
    for (let batch = 0; batch < 4; batch++) await callback.onBatchEnd(batch, { loss: -batch });
    expect(paths).toEqual(["2--1.000e+00--001.00", "4--3.000e+00--003.00"]);
    model.dispose();
  });

  it("keeps its best value from phase to phase", async () => {
    const save = vi.fn(() => undefined);
    const callback = hooksOf(
      modelCheckpoint({ filepath: "best", save, saveBestOnly: true }),
      fakeRun(),
    );
    for (const val_loss of [2, 3, 1]) {
      await callback.onTrainBegin();
      await callback.onEpochEnd(0, { val_loss });
    }
    expect(save).toHaveBeenCalledTimes(2);
  });

  it("refuses fields that it cannot fill", async () => {
    const bad = (filepath: string): unknown => modelCheckpoint({ filepath });
    expect(() => bad("{epoch:x}")).toThrow(/fields like \{epoch:02d\} .* got "\{epoch:x\}"/);
    expect(() => bad("")).toThrow(/filepath to be a name/);
    const callback = hooksOf(modelCheckpoint({ filepath: "{val_loss}" }), fakeRun());
    await expect(callback.onEpochEnd(0, { loss: 1 })).rejects.toThrow(
      /fields out of epoch, loss, got "\{val_loss\}"/,
    );
  });
});

describe("learningRateScheduler", () => {
  it("sets the learning rate of each epoch and logs it", async () => {
    const output = new TextBuffer();
    const context = fakeRun();
    const callback = hooksOf(
      learningRateScheduler((epoch, rate) => rate / (epoch + 1), {
        verbose: 1,
        output,
      }),
      context,
    );
    await callback.onEpochBegin(0);
    await callback.onEpochBegin(1);
    const logs = {};
    await callback.onEpochEnd(1, logs);
    expect(logs).toEqual({ learning_rate: 0.0005 });
    expect(output.text).toBe(
      "Epoch 1: LearningRateScheduler setting learning rate to 0.001.\n" +
        "Epoch 2: LearningRateScheduler setting learning rate to 0.0005.\n",
    );
  });

  it("takes the optimizer's schedules, with epochs for steps", async () => {
    const context = fakeRun({ epochs: 4 });
    const schedule = cosineDecay({ initialLearningRate: 0.5 });
    const callback = hooksOf(learningRateScheduler(schedule), context);
    const rates: number[] = [];
    for (let epoch = 0; epoch < 4; epoch++) {
      await callback.onEpochBegin(epoch);
      rates.push(context.learningRate);
    }
    const expected = cosineDecay({ initialLearningRate: 0.5, decaySteps: 4 });
    expect(rates).toEqual([0, 1, 2, 3].map((epoch) => expected(epoch)));
  });

  it("refuses what no learning rate can be", async () => {
    expect(() => learningRateScheduler(0.1 as never)).toThrow(/schedule to be a function/);
    const callback = hooksOf(
      learningRateScheduler(() => NaN),
      fakeRun(),
    );
    await expect(callback.onEpochBegin(3)).rejects.toThrow(/got NaN for epoch 3/);
  });
});

describe("schedules", () => {
  it("oneCycle begins at the top where the rise has no steps", () => {
    expect(oneCycle({ maxLearningRate: 1, totalSteps: 100, riseShare: 0.01 })(0)).toBe(1);
  });

  it("oneCycle gives PyTorch's learning rates", () => {
    const url = new URL("../../fixtures/train/one-cycle.torch.json", import.meta.url);
    const { cases } = JSON.parse(readFileSync(url, "utf8")) as {
      cases: { options: { maxLearningRate: number; totalSteps: number }; rates: number[] }[];
    };
    for (const { options, rates } of cases) {
      const schedule = oneCycle(options);
      rates.forEach((rate, step) => {
        // Both in double precision: some roundings of numbers as large as the highest.
        const tolerance = 8 * 2 ** -53 * options.maxLearningRate;
        expect(Math.abs(schedule(step) - rate)).toBeLessThanOrEqual(tolerance);
      });
      expect(schedule(options.totalSteps + 5)).toBe(schedule(options.totalSteps - 1));
    }
  });

  it("refuses options out of range", () => {
    expect(() => cosineDecay({ initialLearningRate: 1, decaySteps: 0 })).toThrow(/decaySteps/);
    expect(() => cosineDecay({ initialLearningRate: 1, decaySteps: 5, warmupSteps: 3 })).toThrow(
      /warmupTarget with warmupSteps/,
    );
    expect(() => oneCycle({ maxLearningRate: 0, totalSteps: 5 })).toThrow(/maxLearningRate/);
    for (const wrong of [
      { riseShare: 1 },
      { riseShare: 0 },
      { totalSteps: 1 },
      { divFactor: 5e-324 },
    ]) {
      expect(() => oneCycle({ maxLearningRate: 1, totalSteps: 5, ...wrong })).toThrow(
        new RegExp(Object.keys(wrong)[0]),
      );
    }
  });
});

describe("csvLogger", () => {
  /** A file to which the epochs of two phases are written. */
  async function log(before: string, ...epochs: Logs[]): Promise<string> {
    let text = before;
    const callback = hooksOf(csvLogger((piece) => (text += piece), { append: () => text }));
    for (let phase = 0; phase < 2; phase++) {
      await callback.onTrainBegin();
      for (const [epoch, logs] of epochs.entries()) await callback.onEpochEnd(epoch, { ...logs });
    }
    return text;
  }

  const HEAD = "epoch,loss,val_loss\r\n";
  const ROWS = "0,1.0,0.5\r\n0,1.0,0.5\r\n";

  it("writes its head once in a run of two phases", async () => {
    let text = "";
    const callback = hooksOf(csvLogger((piece) => (text += piece)));
    for (let phase = 0; phase < 2; phase++) {
      await callback.onTrainBegin();
      await callback.onEpochEnd(0, { loss: 1, val_loss: 0.5 });
    }
    expect(text).toBe(HEAD + ROWS);
  });

  it.each([
    ["a new file", "", HEAD + ROWS],
    ["a head alone", HEAD, HEAD + ROWS],
    ["a log", `${HEAD}0,3.0,4.0\r\n`, `${HEAD}0,3.0,4.0\r\n${ROWS}`],
    ["a head that was cut short", "epoch,lo", HEAD + ROWS],
    ["a head that lacks half of its end", "epoch,loss,val_loss\r", HEAD + ROWS],
    ["a line that was cut short", `${HEAD}0,3.`, `${HEAD}0,3.\r\n${ROWS}`],
    ["a line that lacks half of its end", `${HEAD}0,3.0,4.0\r`, `${HEAD}0,3.0,4.0\r\n${ROWS}`],
    ["lines that end as on Unix", "epoch,loss,val_loss\n", `epoch,loss,val_loss\n${ROWS}`],
    [
      "other columns",
      'epoch,"a,""b""",val_loss\r\n',
      'epoch,"a,""b""",val_loss\r\n0,NA,0.5\r\n0,NA,0.5\r\n',
    ],
  ])("goes on in %s", async (_, before, after) => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    expect(await log(before, { loss: 1, val_loss: 0.5 })).toBe(after);
    expect(warn.mock.calls.length).toBe(after.includes("NA") ? 1 : 0);
    warn.mockRestore();
  });

  it("says once which values find no column", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    await log("", { loss: 1 }, { loss: 1, f1: 2 });
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/no place for f1\./)]]);
    warn.mockRestore();
  });

  it.each(["name,age\r\n", "epoch;loss\r\n", "loss", "\n"])(
    "does not go on in %j, which is no log of its kind",
    async (before) => {
      await expect(log(before, { loss: 1 })).rejects.toThrow(/whose first line is epoch,/);
    },
  );

  it("goes on in the file that it finds, not in the one that a checkpoint remembers", async () => {
    let text = "";
    const logger = (): Hooks =>
      hooksOf(csvLogger((piece) => (text += piece), { append: () => text }));
    const first = logger();
    await first.onTrainBegin();
    await first.onEpochEnd(0, { loss: 1, val_loss: 0.5 });
    text = "";
    const second = logger();
    await second.onTrainBegin();
    await second.setState(structuredClone(await first.getState()));
    await second.onEpochEnd(1, { loss: 1, val_loss: 0.5 });
    expect(text).toBe(`${HEAD}1,1.0,0.5\r\n`);
  });

  it("goes on behind what the same writer got, where it cannot read", async () => {
    let text = "";
    const write = (piece: string): void => void (text += piece);
    for (let run = 0; run < 2; run++) {
      const callback = hooksOf(csvLogger(write, { append: true }));
      await callback.onTrainBegin();
      await callback.onEpochEnd(0, { loss: 1, val_loss: 0.5 });
    }
    expect(text).toBe(HEAD + ROWS);
  });

  it("quotes what would break a line in two", async () => {
    let text = "";
    const callback = hooksOf(csvLogger((piece) => (text += piece)));
    await callback.onEpochEnd(0, { 'a,"b"': 1, val_x: NaN });
    expect(text).toBe('epoch,"a,""b""",val_x\r\n0,1.0,nan\r\n');
  });
});

describe("wrong options", () => {
  it.each([
    [() => earlyStopping({ patience: -1 }), /patience to be a whole number of at least 0/],
    [() => earlyStopping({ monitor: "speed" }), /mode for a value whose direction is not known/],
    [() => earlyStopping({ mode: "best" as never }), /mode to be one of/],
    [() => earlyStopping({ minDelta: NaN }), /minDelta to be a finite number/],
    [() => earlyStopping({ restoreBestWeight: true } as never), /did you mean restoreBestWeights/],
    [() => earlyStopping({ output: {} as never }), /method write/],
    [() => reduceLROnPlateau({ factor: 1 }), /factor to be a finite number in \(0, 1\)/],
    [() => reduceLROnPlateau({ monitor: "" }), /monitor to be a key of the logs/],
    [() => modelCheckpoint({ filepath: "a", saveFreq: 0 }), /saveFreq to be a whole number/],
    [() => modelCheckpoint({ filepath: "a", save: "b" as never }), /save to be a function/],
    [() => modelCheckpoint({} as never), /filepath to be a name to save under, got undefined/],
    [() => csvLogger("log.csv" as never), /write to be a function/],
    [() => csvLogger(() => 0, { separator: ";;" }), /separator to be one character/],
    [() => csvLogger(() => 0, { append: "a" as never }), /append to be a function .* readFile/],
    [() => modelCheckpoint({ filepath: "{epoch}-{batch:03d}" }), /no field batch with saveFreq/],
    [() => terminateOnNaN({ verbose: 2 as never }), /verbose to be one of 0, 1/],
  ])("are refused: %s", (call, message) => {
    expect(call).toThrow(ArgumentError);
    expect(call).toThrow(message);
  });
});
