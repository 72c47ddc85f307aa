/** Public functions called with what is not even of the right kind: the library's own errors come. */
import { beforeAll, describe, expect, it } from "vitest";
import * as kit from "cifar-kit";
import { ArgumentError, type RecordManifest } from "cifar-kit";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";

const set = tinyImages(3);
const { images, labels, imageShape } = set;
const parts = { images, labels, imageShape };
const source = { read: () => Promise.resolve(new Uint8Array(0)) };
const layout = {
  ...{ labelBytes: 1, labelByte: 0, numClasses: 2 },
  ...{ imageShape: [2, 2, 1] as const, pixelOrder: "planar" as const },
};
const manifest: RecordManifest = {
  ...{ name: "small", files: [{ name: "a.bin", bytes: 5 }], layout, classNames: ["a", "b"] },
};

function revoked(target: object = {}): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}
const fail = (): never => {
  throw new TypeError("no value");
};

const WRONG_FILES: readonly unknown[] = [
  ...[undefined, null, 5, { name: "a.bin" }, { name: Symbol("a"), bytes: 5 }],
  ...[{ bytes: 5 }, { name: "a.bin", bytes: 5n }, { name: "a.bin", bytes: 5, sha256: 5 }],
];
const idx = {
  ...{ name: "small", classNames: ["a"] },
  ...{ images: { name: "a", bytes: 9 }, labels: { name: "b", bytes: 9 } },
};

const CALLS: [string, (wrong: never) => unknown, unknown[]][] = [
  ["new ImageSet", (wrong) => new kit.ImageSet(wrong), [undefined, null, 1, "set", []]],
  [
    "new ImageSet with class names",
    (wrong) => new kit.ImageSet({ ...parts, classNames: wrong }),
    [[1, 2, 3], "abc", []],
  ],
  ["ImageSet.subset", (wrong) => set.subset(wrong), [undefined, null, 5, [9], ["a"]]],
  ["oneHot", (wrong) => kit.oneHot(wrong, 3), [undefined, null, 5, [7], ["a"]]],
  ["randomStream", (wrong) => kit.randomStream(wrong, "x"), [undefined, null, 0.5, "1"]],
  ["randomStream's purpose", (wrong) => kit.randomStream(1, wrong), [undefined, null, 5]],
  ["loadCifar10", (wrong) => kit.loadCifar10(wrong), [undefined, null, {}, "folder"]],
  [
    "loadRecords",
    (wrong) => kit.loadRecords(source, wrong),
    [
      ...[undefined, null, {}, { ...manifest, files: [] }, { ...manifest, files: "a.bin" }],
      ...[
        { ...manifest, layout: {} },
        { ...manifest, layout: { ...layout, imageShape: [2, 2] } },
      ],
      ...[
        { ...manifest, classNames: undefined },
        { ...manifest, layout: undefined },
      ],
      ...WRONG_FILES.map((file) => ({ ...manifest, files: [file] })),
      ...[5n, Symbol("a"), [], {}].map((name) => ({ ...manifest, name })),
      { ...manifest, classNames: new Array(2) },
    ],
  ],
  [
    "loadIdx",
    (wrong) => kit.loadIdx(source, wrong),
    [
      ...[undefined, null, {}, { ...idx, images: undefined }, { ...idx, classNames: [1] }],
      ...WRONG_FILES.map((images) => ({ ...idx, images })),
    ],
  ],
  ["loadModel", (wrong) => kit.loadModel(wrong), [undefined, null, {}, 5, "runs/model"]],
  ["toSvg", (wrong) => kit.toSvg(wrong), [undefined, null, "spec", [], {}]],
  ["plotSample", (wrong) => kit.plotSample(wrong, 0), [undefined, null, {}]],
  ["plotSamples", (wrong) => kit.plotSamples(wrong), [undefined, null, {}]],
  ["predict", (wrong) => kit.predict(wrong, set), [undefined, null, {}]],
  ["evaluate", (wrong) => kit.evaluate(wrong, set), [undefined, null, {}]],
  ["trainPhase", (wrong) => kit.trainPhase(wrong, { train: set, epochs: 1 }), [undefined, {}]],
  ["imageFlow", (wrong) => kit.imageFlow(wrong), [undefined, null, {}, []]],
  ["toDataset", (wrong) => kit.toDataset(wrong), [undefined, null, {}, []]],
  ["classificationReport", (wrong) => kit.classificationReport(wrong, [1]), [undefined, 5, {}]],
  ["confusionMatrix", (wrong) => kit.confusionMatrix([1], wrong), [undefined, 5, {}]],
  ["modelSummary", (wrong) => kit.modelSummary(wrong), [undefined, null, {}]],
  ["saveWeights", (wrong) => kit.saveWeights(wrong), [undefined, null, {}]],
];

describe("what is of another kind altogether", () => {
  beforeAll(() => useBackend("wasm"));

  it.each(CALLS)("is refused with an error of the library by %s", async (_, call, values) => {
    for (const [i, wrong] of values.entries()) {
      let error: unknown;
      try {
        await call(wrong as never);
      } catch (cause) {
        error = cause;
      }
      expect(error, `value ${i}`).toBeInstanceOf(ArgumentError);
    }
  });

  it.each<[string, () => object]>([
    ["a proxy that was revoked", revoked],
    ["an option that is one", () => ({ batchSize: revoked() })],
    ["an option that is one of a function", () => ({ batchSize: revoked(fail) })],
    ["a getter that throws", () => Object.defineProperty({}, "batchSize", { get: fail })],
    ["a proxy that throws", () => new Proxy({}, { get: fail })],
  ])("is refused where options are %s", async (_, make) => {
    const options = make();
    expect(() => kit.imageFlow(set, options)).toThrow(/options that can be read/);
    await expect(kit.evaluate(tinyModel(), set, options)).rejects.toThrow(
      /options that can be read/,
    );
  });

  it.each<[string, (list: never) => unknown]>([
    ["accuracyScore", (list) => kit.accuracyScore(list, [0])],
    ["confusionMatrix", (list) => kit.confusionMatrix([0], list)],
    ["logLoss", (list) => kit.logLoss(list, [[1, 0]])],
    ["mostConfused", (list) => kit.mostConfused(list)],
    ["plotConfusionMatrix", (list) => kit.plotConfusionMatrix(list)],
    ["toSvg", (list) => kit.toSvg(list)],
    ["pictureSet", (list) => kit.pictureSet(list, { imageShape: [2, 2, 3] })],
    ["saveWeights", (list) => kit.saveWeights(tinyModel(), { metadata: { a: list } })],
  ])("is said of a list that is a revoked proxy: %s", async (_, call) => {
    for (const list of [revoked([]), revoked({})]) {
      const called = (async () => await call(list as never))();
      await expect(called, typeof list).rejects.toBeInstanceOf(ArgumentError);
    }
  });

  it("is said of no getter, whose first answer is what counts", () => {
    for (const [name, value] of Object.entries({
      batchSize: 2,
      seed: 1,
      augmentation: undefined,
    })) {
      let asked = 0;
      const get = (): unknown => (asked++ === 0 ? value : fail());
      kit.imageFlow(set, Object.defineProperty({}, name, { get, enumerable: true })).batch(0, 0);
      expect(asked).toBe(1);
    }
  });

  const quiet = { epochs: 1, verbose: 0 } as const;
  it.each<[string, (odd: never) => unknown]>([
    ["predict", (odd) => kit.predict(tinyModel(), odd)],
    ["evaluate", (odd) => kit.evaluate(tinyModel(), odd)],
    ["evaluate's model", (odd) => kit.evaluate(odd, set)],
    ["evaluate's views", (odd) => kit.evaluate(tinyModel(), set, { testTimeAugmentation: odd })],
    [
      "an augmenter",
      (odd) => kit.trainPhase(tinyModel(), { ...quiet, train: set, augmentation: odd }),
    ],
    ["validation", (odd) => kit.trainPhase(tinyModel(), { ...quiet, train: set, validation: odd })],
    [
      "a callback",
      (odd) => kit.trainPhase(tinyModel(), { ...quiet, train: set, callbacks: [odd] }),
    ],
    ["a phase", (odd) => kit.train(tinyModel(), { train: set, phases: [odd] })],
    ["modelSummary", (odd) => kit.modelSummary(odd)],
    ["replaceHead", (odd) => kit.replaceHead(odd, { classNames: ["a"] })],
    ["classNamesOf", (odd) => kit.classNamesOf(odd)],
    ["imageFlow", (odd) => kit.imageFlow(odd)],
    ["ImageDataGenerator.flow", (odd) => new kit.ImageDataGenerator().flow(odd)],
    [
      "ImageDataGenerator.fit",
      (odd) => {
        new kit.ImageDataGenerator().fit(odd);
      },
    ],
    ["compose", (odd) => kit.compose(odd)],
    ["pipeline", (odd) => kit.pipeline(odd)],
    ["pipeline's first part", (odd) => kit.pipeline(odd, kit.randomFlip())],
    ["stratifiedKFold", (odd) => kit.stratifiedKFold(odd)],
    ["trainValidationSplit", (odd) => kit.trainValidationSplit(odd)],
    ["plotSamples", (odd) => kit.plotSamples(odd)],
    ["plotAugmentations", (odd) => kit.plotAugmentations(set, odd)],
    ["plotHistory", (odd) => kit.plotHistory(odd)],
    ["one of plotHistory's runs", (odd) => kit.plotHistory({ a: { loss: [1] }, b: odd })],
    ["plotHistory's loss", (odd) => kit.plotHistory({ loss: odd })],
    ["classificationReport", (odd) => kit.classificationReport(odd)],
    ["mostConfident", (odd) => kit.mostConfident(odd, set)],
    ["toDataset", (odd) => kit.toDataset(odd)],
  ])("is said of what cannot be looked at: %s", async (_, call) => {
    const names = [
      ...["flow", "batch", "iterator", "images", "loss", "yTrue", "draw", "phases", "layers"],
      ...["epochs", "onEpochEnd", "data", "classNames", "getRandomTransform", "length"],
    ];
    const trap = Object.defineProperties(
      {},
      Object.fromEntries(names.map((name) => [name, { get: fail, enumerable: true }])),
    );
    for (const odd of [revoked(), revoked(fail), trap, new Proxy({}, { get: fail, has: fail })]) {
      const called = (async () => await call(odd as never))();
      await expect(called).rejects.toBeInstanceOf(kit.CifarKitError);
    }
  });

  it("is said at once of metadata that is no object of texts", async () => {
    const circle: Record<string, unknown> = {};
    circle.a = circle;
    for (const metadata of ["x".repeat(1_000_000), circle, { a: 1 }, { get: fail, a: null }]) {
      const saving = kit.saveWeights(tinyModel(), { metadata: metadata as never });
      await expect(saving).rejects.toThrow(/expected metadata to be an object of strings/);
    }
  });

  it("is said by toDataset in its own name", () => {
    expect(() => kit.toDataset(set, { batchSize: 0 })).toThrow(/^toDataset: /);
  });
});
