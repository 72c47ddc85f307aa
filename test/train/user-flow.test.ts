/** Flows that a user wrote: what does not fit together is refused before the first step. */
import { beforeAll, describe, expect, it, vi } from "vitest";
import {
  ArgumentError,
  type Augmenter,
  type Batch,
  evaluate,
  type Flow,
  imageFlow,
  ImageDataGenerator,
  ImageSet,
  predict,
  toDataset,
  trainPhase,
} from "cifar-kit";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";
import { flowLike } from "../helpers/user-flow.ts";

const set = tinyImages(10);
const inner = imageFlow(set, { batchSize: 4 });

/** The flow of the set with something changed: properties, or what is in the batches. */
const flowWith = (outline: object, change?: (batch: Batch, index: number) => object): Flow =>
  flowLike(inner, outline, change);

const WRONG: [string, Flow][] = [
  ...[undefined, "8 x 8", [8, 8], [8, 8, 0], [8, 8, "3"]].map((imageShape): [string, Flow] => [
    "imageShape",
    flowWith({ imageShape }),
  ]),
  ...[undefined, [], "abc"].map((names): [string, Flow] => [
    "classNames",
    flowWith({ classNames: names }),
  ]),
  ...[undefined, 0, 1.5, NaN].map((size): [string, Flow] => ["size", flowWith({ size })]),
  ...[undefined, 0, -4].map((batchSize): [string, Flow] => ["batchSize", flowWith({ batchSize })]),
  ...[undefined, 2, 4, Infinity].map((length): [string, Flow] => ["length", flowWith({ length })]),
  ["a batch", flowWith({ batch: () => undefined })],
  ["the flow's batch", flowWith({ batch: () => Promise.resolve(inner.batch(0, 0)) })],
  ["xs", flowWith({}, ({ xs }) => ({ xs: xs.subarray(1) }))],
  ["xs", flowWith({}, ({ xs }) => ({ xs: Array.from(xs) }))],
  ["pixels", flowWith({}, ({ xs }) => ({ xs: xs.map(() => NaN) }))],
  ["ys", flowWith({}, ({ ys }) => ({ ys: ys.subarray(1) }))],
  ["ys", flowWith({}, () => ({ ys: undefined }))],
  ["labels", flowWith({}, ({ ys }) => ({ ys: ys.map(() => 3) }))],
  ["labels", flowWith({}, ({ ys }) => ({ ys: ys.map(() => -1) }))],
  ["labels", flowWith({}, ({ ys }) => ({ ys: Float32Array.from(ys, () => 0.5) }))],
  ["size", flowWith({}, () => ({ size: 0 }))],
  ["size", flowWith({}, () => ({ size: 5 }))],
  ["targets", flowWith({}, () => ({ targets: new Float32Array(1) }))],
  ["targets", flowWith({}, ({ size }) => ({ targets: new Float32Array(size * 3) }))],
  // The last batch alone is wrong.
  ["xs", flowWith({}, ({ xs }, index) => (index === 2 ? { xs: xs.subarray(1) } : {}))],
];

describe("an augmenter of the user's whose batches do not say which images they hold", () => {
  beforeAll(() => useBackend("wasm"));

  it.each([undefined, [], [0, 1, 2, 10]])("cannot have them weighted: %j", async (indices) => {
    const augmentation: Augmenter = {
      flow: (images, options) => flowLike(imageFlow(images, options), {}, () => ({ indices })),
    };
    const options = { train: set, epochs: 1, batchSize: 4, augmentation, verbose: 0 as const };
    await trainPhase(tinyModel(), options);
    const run = trainPhase(tinyModel(), { ...options, classWeight: { 0: 2 } });
    await expect(run).rejects.toThrow(ArgumentError);
    await expect(run).rejects.toThrow("the indices of 4 images of the set");
  });
});

describe("a user's flow whose parts do not fit together", () => {
  beforeAll(() => useBackend("wasm"));

  it.each(WRONG)("is refused before the first step: %s (case %#)", async (part, flow) => {
    const model = tinyModel();
    let began = false;
    const onTrainBegin = (): void => {
      began = true;
    };
    const calls: (() => unknown)[] = [
      () => trainPhase(model, { train: flow, epochs: 1, callbacks: [{ onTrainBegin }] }),
      () =>
        trainPhase(model, {
          ...{ train: set, validation: flow, epochs: 1, verbose: 0 },
          callbacks: [{ onTrainBegin }],
        }),
      () => evaluate(model, flow),
      () => toDataset(flow),
    ];
    for (const call of calls) {
      const error: unknown = await Promise.resolve()
        .then(call)
        .catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(ArgumentError);
      expect(String(error)).toContain(part);
    }
    expect(began).toBe(false);
    model.dispose();
  });

  it("is used if they fit: in training, validation, evaluation and as a dataset", async () => {
    const model = tinyModel();
    const flow = flowWith({});
    const history = await trainPhase(model, {
      ...{ train: flow, validation: flow, epochs: 1, verbose: 0 },
    });
    expect(history.loss).toHaveLength(1);
    expect((await evaluate(model, flow)).yTrue).toHaveLength(10);
    const batches = await toDataset(flow).toArray();
    expect(batches.map(({ xs }) => xs.shape[0])).toEqual([4, 4, 2]);
    model.dispose();
  });

  it("is refused at the step whose batch is wrong, where it is in the middle", async () => {
    const model = tinyModel();
    const flow = flowWith({}, ({ xs }, index) => (index === 1 ? { xs: xs.fill(NaN) } : {}));
    await expect(trainPhase(model, { train: flow, epochs: 1, verbose: 0 })).rejects.toThrow(
      "expected finite pixels in batch 1 of the flow",
    );
    model.dispose();
  });
});

describe("validation data of more classes than the model has", () => {
  it("are refused before the first epoch", async () => {
    await useBackend("wasm");
    const model = tinyModel();
    const { images, imageShape, classNames } = set;
    const labels = Uint8Array.from({ length: 10 }, (_, i) => i % 4);
    const validation = new ImageSet({
      ...{ images, imageShape, labels },
      classNames: [...classNames, "more"],
    });
    for (const data of [validation, imageFlow(validation)]) {
      let epochs = 0;
      const onEpochBegin = (): void => {
        epochs++;
      };
      const run = trainPhase(model, {
        ...{ train: set, validation: data, epochs: 1, verbose: 0 },
        callbacks: [{ onEpochBegin }],
      });
      await expect(run).rejects.toThrow("a model with at least 4 outputs");
      expect(epochs).toBe(0);
    }
    model.dispose();
  });
});

describe("predictions of a flow", () => {
  /** What is said of predictions of flows, each of them asked for twice. */
  async function warningsOf(...flows: Flow[]): Promise<string[]> {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const model = tinyModel();
    try {
      for (const flow of [...flows, ...flows]) await predict(model, flow);
      return warn.mock.calls.flat().map(String);
    } finally {
      model.dispose();
      warn.mockRestore();
    }
  }
  const warning = expect.stringMatching(/^predict: the flow shuffles.*shuffle: false/) as unknown;

  it.each([1, 4, 10])(
    "are said once to come in another order, in batches of %i",
    async (batchSize) => {
      const options = { batchSize, seed: 1 };
      const flows = [imageFlow(set, options), new ImageDataGenerator().flow(set, options)];
      expect(await warningsOf(...flows)).toEqual([warning, warning]);
    },
  );

  it("come in the order of the set if it does not shuffle", async () => {
    const options = { batchSize: 4, shuffle: false };
    const own = flowWith({}, () => ({ indices: undefined }));
    expect(
      await warningsOf(imageFlow(set, options), new ImageDataGenerator().flow(set, options), own),
    ).toEqual([]);
  });
});
