/** Runs of several phases, of any augmenter, that go on for longer than they were meant to. */
import { layers, type LayersModel, sequential } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import {
  adam,
  alternatingFlip,
  type Augmenter,
  augmenterFromJSON,
  type AugmenterJSON,
  colorJitter,
  compose,
  cutmix,
  cutout,
  earlyStopping,
  evaluate,
  type History,
  ImageDataGenerator,
  imageFlow,
  mixup,
  modelCheckpoint,
  pipeline,
  randAugment,
  randomAffine,
  randomCrop,
  randomErasing,
  randomFlip,
  reduceLROnPlateau,
  stateHash,
  train,
  type TrainOptions,
  trainPhase,
  trainTwoPhase,
  trivialAugment,
  weightAveraging,
} from "cifar-kit";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";
import { MemoryStore } from "./checkpoint/memory-store.ts";

const set = tinyImages(40);
const validation = tinyImages(12, 5);
const common = { train: set, validation, batchSize: 8, seed: 3, verbose: 0 } as const;
const augmentation = pipeline(randomCrop({ padding: 1 }), alternatingFlip());

/** What a history says, without the time that it took. */
const timeless = ({ seconds: _, ...rest }: History): object => rest;

beforeAll(() => useBackend("wasm"));

describe("train", () => {
  it("does what trainTwoPhase does with the same two phases", async () => {
    const [one, two] = [tinyModel({ seed: 2 }), tinyModel({ seed: 2 })];
    const generator = new ImageDataGenerator({
      ...{ widthShiftRange: 0.1, heightShiftRange: 0.1, horizontalFlip: true },
    });
    const both = await trainTwoPhase(one, { ...common, epochs: [1, 2] });
    const { history, phases, health } = await train(two, {
      ...common,
      phases: [{ epochs: 1 }, { epochs: 2, augmentation: generator }],
    });
    expect(timeless(history)).toEqual(timeless(both.all));
    expect(phases.map(timeless)).toEqual([both.plain, both.augmented].map(timeless));
    expect(await stateHash(two, history)).toBe(await stateHash(one, both.all));
    expect(health.steps).toBe(5 + 2 * 5);
    one.dispose();
    two.dispose();
  });

  it("refuses a list of callbacks in the place of one, whose hooks nobody would call", async () => {
    const model = tinyModel();
    const callbacks = [[earlyStopping()]] as never;
    await expect(train(model, { ...common, phases: [{ epochs: 1 }], callbacks })).rejects.toThrow(
      /callbacks to be a list of objects with hooks/,
    );
    model.dispose();
  });

  it("says where an option of its sibling goes", async () => {
    const model = tinyModel();
    const given = { ...common, phases: [{ epochs: 1 }], epochs: 1, augmentation };
    await expect(train(model, given)).rejects.toThrow(
      /unknown option "(epochs|augmentation)"; put it into phases: \[\{ epochs: 10 \}\], or call trainPhase/,
    );
    await expect(
      trainTwoPhase(model, { ...common, phases: [] } as object as never),
    ).rejects.toThrow('unknown option "phases"; call train, which takes phases.');
    model.dispose();
  });

  it("names the phase whose option is wrong", async () => {
    const model = tinyModel();
    const run = (phases: unknown): Promise<unknown> =>
      train(model, { ...common, phases: phases as [] });
    await expect(run([])).rejects.toThrow(/phases to be a list of at least one/);
    await expect(run([{ epochs: 1 }, { epoch: 1 }])).rejects.toThrow(
      /train: phases\[1\]: .* did you mean epochs/,
    );
    await expect(run([{ epochs: 1, augmentation: randomCrop() }])).rejects.toThrow(
      /augmentation to be an augmenter, .* pipeline\(randomCrop\(\)/,
    );
    model.dispose();
  });

  it.each([
    ["the last phase", [{ epochs: 1 }, { epochs: 4, augmentation }]],
    ["a further phase", [{ epochs: 1 }, { epochs: 2, augmentation }, { epochs: 2 }]],
  ])("goes on with a run that was over, with more epochs: %s", async (_, phases) => {
    const [whole, parts] = [tinyModel({ seed: 2 }), tinyModel({ seed: 2 })];
    const expected = await train(whole, { ...common, phases });
    const checkpoint = { store: new MemoryStore() };
    await train(parts, {
      ...common,
      checkpoint,
      phases: [{ epochs: 1 }, { epochs: 2, augmentation }],
    });
    const longer = await train(parts, { ...common, checkpoint, phases, resume: "must" });
    expect(timeless(longer.history)).toEqual(timeless(expected.history));
    expect(await stateHash(parts)).toBe(await stateHash(whole));
    // What was trained already stays as it was.
    const other = [{ epochs: 2 }, ...phases.slice(1)];
    await expect(train(parts, { ...common, checkpoint, phases: other })).rejects.toThrow(
      /phases\[0\]\.epochs to be 1/,
    );
    whole.dispose();
    parts.dispose();
  });

  it("measures the validation every so many epochs", async () => {
    const model = tinyModel();
    const store = new MemoryStore();
    const options = { ...common, epochs: 5, validationFreq: 2, checkpoint: { store } };
    const { valLoss, valAccuracy, loss } = await trainPhase(model, options);
    expect(loss).toHaveLength(5);
    expect(valLoss.map(Number.isNaN)).toEqual([true, false, true, false, true]);
    expect(valAccuracy.map(Number.isNaN)).toEqual([true, false, true, false, true]);
    expect((await trainPhase(model, { ...options, resume: "must" })).valLoss).toEqual(valLoss);
    model.dispose();
  });

  it("has callbacks wait for the next measurement in the epochs between", async () => {
    const said: string[] = [];
    vi.spyOn(console, "warn").mockImplementation((text: string) => said.push(text));
    const saved: string[] = [];
    const save = (path: string): undefined => void saved.push(path);
    const model = tinyModel();
    const history = await trainPhase(model, {
      ...common,
      epochs: 7,
      validationFreq: 2,
      callbacks: [
        // Nothing but the first value improves by so much.
        earlyStopping({ patience: 2, minDelta: 100 }),
        modelCheckpoint({ filepath: "best", saveBestOnly: true, save }),
        modelCheckpoint({ filepath: "{epoch}-{val_loss:.0f}", save }),
        reduceLROnPlateau({ patience: 2, minDelta: 100 }),
      ],
    });
    expect(history.epochs).toEqual([0, 1, 2, 3, 4, 5]);
    expect(saved.filter((path) => path !== "best").map((path) => path.split("-")[0])).toEqual([
      "2",
      "4",
      "6",
    ]);
    expect(saved[0]).toBe("best");
    expect(said.filter((text) => text.includes("the logs lack"))).toEqual([]);
    vi.restoreAllMocks();
    model.dispose();
  });

  it("has in its history what callbacks add to the logs, as Keras has", async () => {
    const model = tinyModel();
    const { metrics } = await trainPhase(model, {
      ...{ ...common, epochs: 3 },
      callbacks: [reduceLROnPlateau({ monitor: "loss", patience: 1, minDelta: 100, factor: 0.5 })],
    });
    expect(metrics).toEqual({ learning_rate: [0.001, 0.001, 0.0005] });
    model.dispose();
  });

  it.each([
    ["never come", { validationFreq: 3 }],
    ["are not there", { validation: undefined }],
    ["come before the run begins", { validationFreq: 5, initialEpoch: 6, epochs: 8 }],
  ])("has callbacks say once that measurements that they wait for %s", async (_, options) => {
    const said: string[] = [];
    vi.spyOn(console, "warn").mockImplementation((text: string) => said.push(text));
    const model = tinyModel();
    await trainPhase(model, {
      ...{ ...common, epochs: 2, ...options },
      callbacks: [
        earlyStopping(),
        modelCheckpoint({ filepath: "best", saveBestOnly: true, save: () => undefined }),
        reduceLROnPlateau(),
      ],
    });
    expect(said.filter((text) => text.includes("lack")).map((text) => text.split(";")[0])).toEqual([
      "earlyStopping: the logs lack val_loss",
      "modelCheckpoint: the logs lack val_loss",
      "reduceLROnPlateau: the logs lack val_loss",
    ]);
    vi.restoreAllMocks();
    model.dispose();
  });

  it.each<[string, boolean, Omit<TrainOptions, "train">]>([
    ["none of an epoch", true, { phases: [{ epochs: 1 }, { epochs: 1 }], validationFreq: 2 }],
    ["some", false, { phases: [{ epochs: 1 }, { epochs: 2 }], validationFreq: 2 }],
    ["none of no epoch", false, { phases: [{ epochs: 0 }], validationFreq: 2 }],
    [
      "none of no data",
      false,
      { phases: [{ epochs: 1 }], validationFreq: 2, validation: undefined },
    ],
  ])("says that it never measures the validation data: %s", async (_, says, options) => {
    const said = vi.spyOn(console, "warn").mockReturnValue();
    const model = tinyModel();
    await train(model, { ...common, ...options });
    const texts = says
      ? [
          [
            "train: with validationFreq: 2 the validation data are measured after no epoch of this run: " +
              "epochs count within each phase.",
          ],
        ]
      : [];
    expect(said.mock.calls).toEqual(texts);
    vi.restoreAllMocks();
    model.dispose();
  });

  it("has callbacks wait in a phase without measurements for those of the next", async () => {
    const said = vi.spyOn(console, "warn").mockReturnValue();
    const saved: string[] = [];
    const save = (path: string): undefined => void saved.push(path);
    const callbacks = [modelCheckpoint({ filepath: "{val_loss:.0f}", save })];
    const model = tinyModel();
    const phases = [{ epochs: 1 }, { epochs: 2 }];
    await train(model, { ...common, phases, validationFreq: 2, callbacks });
    expect(saved).toHaveLength(1);
    expect(said).not.toHaveBeenCalled();
    vi.restoreAllMocks();
    model.dispose();
  });

  it("gives the metrics that the model was compiled with, of training and validation", async () => {
    const model: LayersModel = sequential({
      layers: [
        layers.flatten({ inputShape: [8, 8, 3] }),
        layers.dense({ units: 3, activation: "softmax" }),
      ],
    });
    for (const loss of ["sparseCategoricalCrossentropy", "categoricalCrossentropy"]) {
      const metrics = loss.startsWith("s") ? ["accuracy"] : ["accuracy", "MSE"];
      model.compile({ optimizer: adam(), loss, metrics });
      const history = await trainPhase(model, { ...common, epochs: 2 });
      if (metrics.length === 1) expect(history.metrics).toEqual({});
      else {
        const name = Object.keys(history.metrics)[0];
        expect(Object.keys(history.metrics)).toEqual([name, `val_${name}`]);
        const { metrics: measured, probabilities } = await evaluate(model, validation);
        expect(history.metrics[`val_${name}`][1]).toBeCloseTo(measured[name], 6);
        const squares = probabilities.reduce((sum, p, i) => {
          const isTrue = validation.labels[Math.floor(i / 3)] === i % 3;
          return sum + (p - (isTrue ? 1 : 0)) ** 2;
        }, 0);
        expect(measured[name]).toBeCloseTo(squares / probabilities.length, 5);
      }
    }
    model.dispose();
  });
});

describe("an augmenter", () => {
  const generator = new ImageDataGenerator({ rotationRange: 20, featurewiseCenter: true });
  generator.fit(set);
  const AUGMENTERS: Record<string, Augmenter> = {
    "of Keras": generator,
    "of every operation": pipeline(
      ...[randomCrop({ padding: 2, paddingMode: "edge" }), alternatingFlip(), randomFlip()],
      ...[cutout({ size: 3, fill: [1, 2, 3] }), randomErasing(), colorJitter({ hue: 0.1 })],
      ...[randAugment({ count: 1 }), trivialAugment(), compose(randomAffine({ zoomRange: 0.2 }))],
      { mix: cutmix({ alpha: 0.5 }) },
    ),
    "that mixes only": pipeline({ mix: mixup() }),
  };

  it.each(Object.entries(AUGMENTERS))("is the same after a way through JSON: %s", (_, given) => {
    const copy = augmenterFromJSON(JSON.parse(JSON.stringify(given)) as AugmenterJSON);
    const first = (each: Augmenter): unknown =>
      each.flow(set, { seed: 9, batchSize: 8 }).batch(1, 2);
    expect(first(copy)).toEqual(first(given));
  });

  it("with functions of one's own says so", () => {
    const own = { draw: () => 0, apply: (image: Uint8Array) => image };
    expect(() => pipeline(own).toJSON()).toThrow(/augmentation 1 to be plain data/);
    const withFunction = new ImageDataGenerator({ preprocessingFunction: (image) => image });
    expect(() => JSON.stringify(withFunction)).toThrow(/preprocessingFunction to be plain data/);
    expect(() => augmenterFromJSON({ kind: "blur" })).toThrow(/kind to be one of/);
  });

  it.each(Object.entries(AUGMENTERS))(
    "takes weights and a split beside it: %s",
    async (_, given) => {
      const model = tinyModel();
      const options = { ...common, validation: undefined, validationSplit: 0.2, epochs: 1 };
      const history = await trainPhase(model, {
        ...options,
        augmentation: given,
        classWeight: { 0: 2 },
        sampleWeight: new Float32Array(40).fill(0.5),
        callbacks: [weightAveraging()],
      });
      expect(history.valLoss).toHaveLength(1);
      model.dispose();
    },
  );

  it("trains as the flow that it makes", async () => {
    const [one, two] = [tinyModel({ seed: 4 }), tinyModel({ seed: 4 })];
    const options = { ...common, epochs: 2, dropRemainder: false } as const;
    await trainPhase(one, { ...options, augmentation });
    const flow = imageFlow(set, {
      ...{
        batchSize: 8,
        seed: 3,
        augmentation,
      },
    });
    await trainPhase(two, { ...options, train: flow });
    expect(await stateHash(one)).toBe(await stateHash(two));
    one.dispose();
    two.dispose();
  });
});
