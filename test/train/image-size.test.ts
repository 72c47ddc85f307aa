import { layers, sequential } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type Augmenter,
  type Callback,
  imageFlow,
  stateHash,
  toDataset,
  trainPhase,
  type TrainPhaseOptions,
} from "cifar-kit";
import { MemoryStore } from "./checkpoint/memory-store.ts";
import { resampleFloats } from "../../src/dataset/resample-floats.ts";
import { useBackend } from "../helpers/backends.ts";
import { pooledModel, tinyImages, tinyModel } from "../helpers/tiny.ts";
import { flowLike } from "../helpers/user-flow.ts";

const set = tinyImages(12);
const run: TrainPhaseOptions = { train: set, epochs: 2, batchSize: 4, seed: 3, verbose: 0 };

/** An augmenter that makes images of 6 x 6 of those of 8 x 8. */
const resized: Augmenter = {
  flow: (images, options) =>
    flowLike(imageFlow(images, options), { imageShape: [6, 6, 3] }, ({ xs, size }) => ({
      xs: resampleFloats(xs, [size, 8, 8, 3], [6, 6]),
    })),
};

/** Which sizes a run's images have in its steps. */
async function sizesOf(options: Partial<TrainPhaseOptions>): Promise<number[][]> {
  const model = pooledModel();
  const sizes: number[][] = [];
  const call = model.layers[0].call.bind(model.layers[0]);
  model.layers[0].call = (inputs, ...rest) => {
    const [{ shape }] = [inputs].flat();
    if (shape[0] === run.batchSize) sizes.push(shape.slice(1, 3));
    return call(inputs, ...rest);
  };
  await trainPhase(model, { ...run, ...options });
  model.dispose();
  return sizes;
}

describe("imageSize", () => {
  beforeAll(() => useBackend("cpu"));

  it("trains as images do that have this size", async () => {
    const straight = pooledModel(6);
    await trainPhase(straight, { ...run, augmentation: resized, dropRemainder: false });
    const model = pooledModel();
    await trainPhase(model, { ...run, imageSize: 6 });
    expect(await stateHash(model)).toBe(await stateHash(straight));
    straight.dispose();
    model.dispose();
  });

  it("grows with the share of the phase's steps that is over", async () => {
    const sizes = await sizesOf({
      imageSize: [
        [5, 0.5],
        [6, 0.7],
      ],
    });
    expect(sizes.map(([height]) => height)).toEqual([5, 5, 5, 6, 6, 8]);
    const late = await sizesOf({
      initialEpoch: 1,
      imageSize: [
        [5, 0.5],
        [6, 0.7],
      ],
    });
    expect(late.map(([height]) => height)).toEqual([6, 6, 8]);
  });

  it("goes on to the same bits after an interruption", async () => {
    const imageSize = [
      [4, 0.25],
      [5, 0.4],
      [6, 0.6],
    ] as const;
    const straight = pooledModel();
    await trainPhase(straight, { ...run, imageSize });
    const checkpoint = { store: new MemoryStore(), everySteps: 1 };
    const crash: Callback = {
      onBatchEnd: (batch) => {
        if (batch === 1) throw new Error("crash");
      },
    };
    const options = { ...run, imageSize, checkpoint };
    await expect(trainPhase(pooledModel(), { ...options, callbacks: [crash] })).rejects.toThrow(
      "crash",
    );
    const model = pooledModel();
    await expect(trainPhase(model, { ...options, imageSize: 8, resume: "must" })).rejects.toThrow(
      /imageSizes/,
    );
    await trainPhase(model, { ...options, resume: "must" });
    expect(await stateHash(model)).toBe(await stateHash(straight));
  });

  it.each([
    [{ imageSize: 0 }, /imageSize to be whole pixels/],
    [{ imageSize: "24" }, /imageSize to be whole pixels/],
    [
      {
        imageSize: [
          [5, 0.5],
          [6, 0.5],
        ],
      },
      /rising shares/,
    ],
    [{ imageSize: [[5, 2]] }, /rising shares/],
    [{ imageSize: [5, 6] }, /rising shares/],
    [{ imageSize: 6, train: toDataset(set, { batchSize: 4 }) }, /imageSize.* with an ImageSet/],
  ])("refuses %o", async (options, message) => {
    await expect(trainPhase(pooledModel(), { ...run, ...options } as never)).rejects.toThrow(
      message,
    );
  });

  it.each([1, 3])(
    "refuses images of %i pixels, of which a pooling leaves nothing",
    async (size) => {
      const inner = sequential({
        layers: [layers.maxPooling2d({ inputShape: [8, 8, 3], poolSize: 4 }), layers.reLU()],
      });
      const model = sequential({
        layers: [
          inner,
          layers.globalMaxPooling2d({}),
          layers.dense({ units: 3 }),
          layers.softmax(),
        ],
      });
      model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
      await expect(trainPhase(model, { ...run, imageSize: size })).rejects.toThrow(
        `takes images of ${size} x ${size}`,
      );
      await trainPhase(model, { ...run, imageSize: 4 });
      model.dispose();
    },
  );

  it("refuses a network that takes images of one size only, before the first step", async () => {
    const model = tinyModel();
    await expect(trainPhase(model, { ...run, imageSize: 6 })).rejects.toThrow(
      /takes images of 6 x 6.*flatten/s,
    );
    expect((await trainPhase(model, { ...run, imageSize: 8 })).epochs).toEqual([0, 1]);
  });
});
