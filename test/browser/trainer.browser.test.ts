import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  adamW,
  ArgumentError,
  BackendError,
  type Callback,
  cosineDecay,
  evaluate,
  ImageDataGenerator,
  linearSchedule,
  predict,
  reduceLROnPlateau,
  SourceError,
  stateHash,
  trainTwoPhase,
  type TrainTwoPhaseOptions,
  TrainingError,
} from "cifar-kit";
import {
  createTrainer,
  opfsCheckpointStore,
  type Trainer,
  type TrainerProgress,
  type WorkerTrainingOptions,
} from "cifar-kit/browser";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";
import { useBackend } from "./backends.ts";

const train = tinyImages(110);
const validation = tinyImages(20, 2);
const options = {
  ...{ train, validation, batchSize: 8, epochs: [2, 2], seed: 7, verbose: 0 },
  augmentation: new ImageDataGenerator({ rotationRange: 10, horizontalFlip: true }),
} as const satisfies TrainTwoPhaseOptions;

const newModel = (): ReturnType<typeof tinyModel> => tinyModel({ seed: 3, dropoutRate: 0.3 });

const trainers: Trainer[] = [];
function newTrainer(backend = "simd", file = "./train-worker.ts"): Trainer {
  const worker = new Worker(new URL(file, import.meta.url), { type: "module" });
  const trainer = createTrainer(worker, { backend });
  trainers.push(trainer);
  return trainer;
}

beforeAll(() => useBackend("simd"));
afterEach(() => {
  for (const trainer of trainers.splice(0)) trainer.terminate();
});

/** A callback of the page that changes the run and remembers what it saw. */
const halving = (): Callback => reduceLROnPlateau({ monitor: "loss", minDelta: 10, patience: 1 });

describe("createTrainer", () => {
  it("trains in the Worker to the bits of training in the page", async () => {
    const here = newModel();
    const expected = await trainTwoPhase(here, { ...options, callbacks: [halving()] });
    const there = newModel();
    const trainer = newTrainer();
    expect(await trainer.ready()).toEqual({ backend: "simd", threads: 2 });
    const history = await trainer.trainTwoPhase(there, { ...options, callbacks: [halving()] });
    expect(history.plain.loss).toEqual(expected.plain.loss);
    expect(history.all.valAccuracy).toEqual(expected.all.valAccuracy);
    expect(await stateHash(there, history.all)).toBe(await stateHash(here, expected.all));
    // And on, from the state that came back.
    const on = [
      await trainTwoPhase(here, options),
      await trainer.trainTwoPhase(there, options),
    ] as const;
    expect(await stateHash(there, on[1].all)).toBe(await stateHash(here, on[0].all));
    expect(await trainer.evaluate(there, validation)).toEqual(await evaluate(here, validation));
    const predicted = await predict(here, validation);
    expect(await trainer.predict(there, validation)).toEqual(predicted);
    const { probabilities } = predicted;
    expect(await trainer.predict(there, validation.images)).toMatchObject({ probabilities });
    here.dispose();
    there.dispose();
  });

  it("follows a schedule of the learning rate from run to run, to the bits of the page", async () => {
    const hashes = await Promise.all(
      [{ trainTwoPhase }, newTrainer()].map(async (place) => {
        // One that goes by the run's steps, one that has a number of its own.
        const learningRate = cosineDecay({ initialLearningRate: 0.01 });
        const falling = linearSchedule({ from: 0.02, to: 0.001, steps: 80 });
        const groups = [{ weights: /bias$/, learningRate: falling }];
        const model = tinyModel({ optimizer: adamW({ learningRate, groups }) });
        const { all } = await place.trainTwoPhase(model, options);
        const { all: on } = await place.trainTwoPhase(model, options);
        const hash = await stateHash(model, all, on);
        model.dispose();
        return hash;
      }),
    );
    expect(hashes[1]).toBe(hashes[0]);
  });

  it.each(["webgl", "webgpu", "wasm"])("trains on %s while the page is on cpu", async (backend) => {
    await tf.setBackend("cpu");
    const model = newModel();
    const trainer = newTrainer(backend);
    const { all } = await trainer.trainTwoPhase(model, {
      ...options,
      ...{ train: train.take(16), epochs: [1, 0] },
    });
    expect(all.loss).toHaveLength(1);
    expect((await evaluate(model, validation)).loss).toBeCloseTo(all.valLoss[0], 4);
    model.dispose();
    await tf.setBackend("simd");
  });

  it("predicts from images of every kind what predict in the page does, bit for bit", async () => {
    const model = newModel();
    const trainer = newTrainer();
    const { images } = validation;
    const bytes = images.slice(0, 192);
    const canvas = new ImageData(8, 8);
    // Opaque, and one pixel that lets half of the white behind it through.
    for (let i = 0; i < 256; i++)
      canvas.data[i] = i % 4 === 3 ? 255 : bytes[(i >> 2) * 3 + (i % 4)];
    const glassy = new ImageData(Uint8ClampedArray.from(canvas.data), 8, 8);
    glassy.data[3] = 128;
    const tensors = [
      tf.tensor(images, [20, 8, 8, 3], "int32"),
      tf.tensor(
        Float32Array.from(images, (value) => value / 255),
        [20, 8, 8, 3],
      ),
    ];
    const many = [
      ...[validation, images, Uint8ClampedArray.from(images), ...tensors],
      Float32Array.from(images, (value) => value / 255),
    ];
    const one = [bytes, { data: bytes, width: 8, height: 8, channels: 3 }, canvas];
    for (const same of [many, one, [images.subarray(192, 384)], [glassy]]) {
      const { probabilities, shape, classes } = await predict(model, same[0]);
      for (const given of same) {
        const here = await predict(model, given);
        expect(here).toMatchObject({ probabilities, shape, classes });
        expect(await trainer.predict(model, given)).toEqual(here);
      }
    }
    expect(await trainer.predict(model, glassy)).not.toEqual(await predict(model, canvas));
    tf.dispose(tensors);
    model.dispose();
  });

  it("predicts from several views of each image as predict in the page does", async () => {
    const model = newModel();
    const trainer = newTrainer();
    const generator = new ImageDataGenerator({ rotationRange: 20, featurewiseCenter: true });
    generator.fit(train);
    const plain = await predict(model, validation);
    for (const testTimeAugmentation of [
      "flip",
      { augmentation: generator, views: 2, seed: 5 },
    ] as const) {
      const expected = await predict(model, validation, { testTimeAugmentation });
      expect(expected).not.toEqual(plain);
      expect(await trainer.predict(model, validation, { testTimeAugmentation })).toEqual(expected);
    }
    for (const wrong of [null, 5, { testTimeAugmentation: { augmentation: {} } }]) {
      const here = await predict(model, validation, wrong as never).catch(String);
      expect(await trainer.predict(model, validation, wrong as never).catch(String)).toBe(here);
    }
    model.dispose();
  });

  it("sends the images alone where they are a part of a larger array", async () => {
    const model = newModel();
    const trainer = newTrainer();
    await trainer.ready();
    const large = new Uint8Array(1_000_000);
    const sent: number[] = [];
    const send = Object.getOwnPropertyDescriptor(MessagePort.prototype, "postMessage")!
      .value as MessagePort["postMessage"];
    vi.spyOn(MessagePort.prototype, "postMessage").mockImplementation(function (
      this: MessagePort,
      ...[message, transfer]: unknown[]
    ) {
      const { images } = (message as { argument: { images: Uint8Array | ImageData } }).argument;
      sent.push(("data" in images ? images.data : images).buffer.byteLength);
      send.call(this, message, transfer as never);
    });
    const data = large.subarray(192, 384);
    await trainer.predict(model, data);
    await trainer.predict(model, { data, width: 8, height: 8, channels: 3 });
    expect(sent).toEqual([192, 192]);
    expect(large).toHaveLength(1_000_000);
    model.dispose();
  });

  it("reports how far the run has come", async () => {
    const model = newModel();
    const reports: TrainerProgress[] = [];
    await newTrainer().trainTwoPhase(model, {
      ...options,
      onProgress: (progress) => reports.push(progress),
    });
    model.dispose();
    // At least at the end of every epoch.
    const ends = reports.filter(({ step, steps }) => step === steps);
    expect(ends.map(({ phase, epoch, step }) => [phase, epoch, step])).toEqual([
      [0, 0, 14],
      [0, 1, 14],
      [1, 0, 13],
      [1, 1, 13],
    ]);
    for (const { loss, accuracy, imagesPerSecond, secondsPerStep, epochs } of reports) {
      expect(loss).toBeGreaterThan(0);
      expect(accuracy).toBeGreaterThanOrEqual(0);
      expect(imagesPerSecond * secondsPerStep).toBeCloseTo(8);
      expect(epochs).toBe(2);
    }
  });

  it("stands still while paused, and goes on to the same end", async () => {
    const here = newModel();
    await trainTwoPhase(here, options);
    const there = newModel();
    const trainer = newTrainer();
    let steps = 0;
    const count: Callback = {
      onBatchEnd: () => {
        steps++;
      },
    };
    await trainer.ready();
    const run = trainer.trainTwoPhase(there, { ...options, callbacks: [count] });
    while (steps < 5) await new Promise((resolve) => setTimeout(resolve, 1));
    await trainer.pause();
    const paused = steps;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(steps).toBe(paused);
    await trainer.resume();
    await run;
    expect(steps).toBe(2 * 14 + 2 * 13);
    expect(await stateHash(there)).toBe(await stateHash(here));
    here.dispose();
    there.dispose();
  });

  it("can be paused before it has reached the Worker, and let go at once", async () => {
    const here = newModel();
    await trainTwoPhase(here, options);
    const there = newModel();
    const trainer = newTrainer();
    let steps = 0;
    const count: Callback = {
      onBatchEnd: () => {
        steps++;
      },
    };
    const run = trainer.trainTwoPhase(there, { ...options, callbacks: [count] });
    await trainer.pause();
    expect(steps).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(steps).toBe(1);
    await trainer.resume();
    await run;
    const again = trainer.trainTwoPhase(there, options);
    await Promise.all([trainer.pause(), trainer.resume()]);
    await again;
    await trainTwoPhase(here, options);
    expect(await stateHash(there)).toBe(await stateHash(here));
    here.dispose();
    there.dispose();
  });

  it("can be cancelled before the Worker has started, and terminated in the same breath", async () => {
    const model = newModel();
    const early = newTrainer();
    const never = early.trainTwoPhase(model, options);
    early.cancel();
    await expect(never).rejects.toThrow("the run was cancelled");
    expect(model.optimizer.iterations).toBe(0);
    const trainer = newTrainer();
    // Fails if a promise that nobody has is rejected.
    const ending: Callback = {
      onBatchEnd: () => {
        trainer.cancel();
        trainer.terminate();
      },
    };
    const run = trainer.trainTwoPhase(model, { ...options, callbacks: [ending] });
    await expect(run).rejects.toThrow(/expected the Worker to live/);
    model.dispose();
  });

  it("ends within one step when it is cancelled, paused or not, and gives what was learned", async () => {
    for (const isPaused of [false, true]) {
      const model = newModel();
      const trainer = newTrainer();
      let begun = 0;
      let begunAtCancel = 0;
      const cancelling: Callback = {
        onBatchBegin: () => {
          begun++;
        },
        onBatchEnd: async (step) => {
          if (step !== 4) return;
          if (!isPaused) trainer.cancel();
          else {
            void trainer.pause().then(() => {
              trainer.cancel();
            });
          }
          begunAtCancel = begun;
          await Promise.resolve();
        },
      };
      const run = trainer.trainTwoPhase(model, { ...options, callbacks: [cancelling] });
      await expect(run).rejects.toThrow("the run was cancelled");
      await expect(run).rejects.toBeInstanceOf(DOMException);
      expect(begun).toBeLessThanOrEqual(begunAtCancel + 1);
      expect(model.optimizer.iterations).toBe(5);
      model.dispose();
    }
  });

  it("is rejected with the reason of an aborted signal, before and during a run", async () => {
    const model = newModel();
    const trainer = newTrainer();
    const reason = new Error("enough");
    const early = trainer.trainTwoPhase(model, { ...options, signal: AbortSignal.abort(reason) });
    await expect(early).rejects.toBe(reason);
    const controller = new AbortController();
    const abort: Callback = {
      onEpochEnd: () => {
        controller.abort(reason);
      },
    };
    const run = trainer.trainTwoPhase(model, {
      ...options,
      ...{ signal: controller.signal, callbacks: [abort] },
    });
    await expect(run).rejects.toBe(reason);
    expect(model.optimizer.iterations).toBe(14);
    model.dispose();
  });

  it("goes on from a checkpoint of a cancelled run with the bits of one that was not", async () => {
    const here = newModel();
    const expected = await trainTwoPhase(here, { ...options, callbacks: [halving()] });
    const store = opfsCheckpointStore("trainer-test");
    const first = newTrainer();
    let steps = 0;
    const stop: Callback = {
      onBatchEnd: () => {
        if (++steps === 33) first.cancel();
      },
    };
    const model = newModel();
    const run = first.trainTwoPhase(model, {
      ...options,
      ...{ callbacks: [halving(), stop], checkpoint: { store, everySteps: 10 } },
    });
    await expect(run).rejects.toThrow("cancelled");
    model.dispose();
    const there = newModel();
    const history = await newTrainer().trainTwoPhase(there, {
      ...options,
      ...{ callbacks: [halving()], checkpoint: { store, everySteps: 10 }, resume: "must" },
    });
    expect(await stateHash(there, history.all)).toBe(await stateHash(here, expected.all));
    // A run in the page takes what the Worker kept.
    const finished = newModel();
    const same = await trainTwoPhase(finished, {
      ...options,
      ...{ callbacks: [halving()], checkpoint: { store }, resume: "must" },
    });
    expect(same.all.loss).toEqual(expected.all.loss);
    for (const each of [here, there, finished]) each.dispose();
  });

  it("keeps the class of the Worker's errors, and the model of the page as it was", async () => {
    const model = newModel();
    const before = await stateHash(model);
    const trainer = newTrainer();
    const cases: [
      Partial<TrainTwoPhaseOptions & WorkerTrainingOptions>,
      new (...args: never) => Error,
      RegExp,
    ][] = [
      [{ batchSize: 0 }, ArgumentError, /trainTwoPhase: expected batchSize to be a whole number/],
      [
        { callbacks: [{ onTrainBegin: () => Promise.reject(new RangeError("mine")) }] },
        RangeError,
        /mine/,
      ],
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as it happens
      [{ callbacks: [{ onTrainBegin: () => Promise.reject() }] }, Error, /undefined/],
      [{ callbacks: [explode()] }, TrainingError, /finite losses/],
      [
        { checkpoint: { store: opfsCheckpointStore("nothing-here") }, resume: "must" },
        SourceError,
        /expected a checkpoint in .*nothing-here, got none/,
      ],
    ];
    for (const [changes, Class, message] of cases) {
      const run = trainer.trainTwoPhase(model, { ...options, ...changes });
      await expect(run).rejects.toThrow(message);
      await expect(run).rejects.toBeInstanceOf(Class);
    }
    expect(await stateHash(model)).toBe(before);
    model.dispose();
  });

  it("refuses what cannot be sent to a Worker, and says where it belongs", async () => {
    const model = newModel();
    const trainer = newTrainer();
    const withFunction = new ImageDataGenerator({ preprocessingFunction: (image) => image });
    const store = { open: () => Promise.reject(new Error()) };
    const needsModel: Callback = {
      onTrainBegin: (_logs, run) => {
        expect(run.model).toBeDefined();
      },
    };
    const cases: [Partial<TrainTwoPhaseOptions & WorkerTrainingOptions>, RegExp][] = [
      [{ augmentation: withFunction }, /serveTrainer\(\{ augmentation \}\)/],
      [{ checkpoint: { store } }, /pass opfsCheckpointStore\(name\)/],
      [{ validation: {} as never }, /validation to be an ImageSet/],
      [{ callbacks: [needsModel] }, /serveTrainer\(\{ callbacks \}\)/],
      [{ epoch: 3 } as never, /did you mean epochs/],
      [{ callbacks: 5 } as never, /callbacks to be a list/],
      [{ callbacks: [null] } as never, /callbacks to be a list/],
      [{ signal: null } as never, /signal to be an AbortSignal/],
      [{ onProgress: 5 } as never, /onProgress to be a function/],
      [{ checkpoint: 5 } as never, /an options object/],
      [{ classWeight: { 0: () => 1 } } as never, /options that a message can carry/],
    ];
    for (const [changes, message] of cases) {
      const run = trainer.trainTwoPhase(model, { ...options, ...changes });
      await expect(run).rejects.toThrow(message);
      await expect(run).rejects.toBeInstanceOf(ArgumentError);
    }
    model.dispose();
  });

  it("says which backend does not start, and what is wrong with a Worker's module", async () => {
    await expect(newTrainer("quantum").ready()).rejects.toThrow(
      /expected the backend "quantum" to start in the Worker/,
    );
    await expect(newTrainer("quantum").ready()).rejects.toBeInstanceOf(BackendError);
    // The browser prints the Worker's error as well, a little later.
    const print = vi.spyOn(console, "error").mockImplementation(() => undefined);
    await expect(newTrainer("cpu", "./broken-worker.ts").ready()).rejects.toThrow(
      /createTrainer: expected the Worker's module to run, got .*broken on purpose/,
    );
    await vi.waitFor(() => {
      expect(String(print.mock.calls.flat())).toContain("broken on purpose");
    });
  });

  it("does one thing at a time, and ends what it does when it is terminated", async () => {
    const model = newModel();
    const trainer = newTrainer();
    const run = trainer.trainTwoPhase(model, { ...options, epochs: [1000, 0] });
    await expect(trainer.evaluate(model, validation)).rejects.toThrow("a trainer that is free");
    await new Promise((resolve) => setTimeout(resolve, 300));
    trainer.terminate();
    await expect(run).rejects.toThrow(/expected the Worker to live/);
    model.dispose();
  });
});

/** A callback that makes the loss infinite. */
function explode(): Callback {
  return {
    readEvery: 1,
    onBatchBegin: (_batch, _logs, run) => {
      run.learningRate = 1e38;
    },
  };
}
