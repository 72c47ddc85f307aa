import * as kit from "cifar-kit";
import { ImageDataGenerator, ImageSet, randomStream } from "cifar-kit";
import { tinyImages } from "../helpers/tiny.ts";
import { train } from "./train/runs.ts";
import { ofFlows } from "./flows.ts";
import { type Trials, type Untried, wrong } from "./trial.ts";

const set = tinyImages(12);
const image = Float32Array.from(set.image(0));
const grey = new ImageSet({
  ...{ images: new Uint8Array(8), labels: new Uint8Array(2), imageShape: [2, 2, 1] as const },
  classNames: ["a"],
});
const sorted = new ImageSet({
  ...{
    images: new Uint8Array(16),
    labels: Uint8Array.of(0, 0, 1, 1),
    imageShape: [2, 2, 1] as const,
  },
  classNames: ["a", "b"],
});
const shape = set.imageShape;
const first = (augmentation: kit.Augmentation, of = set): unknown =>
  kit.pipeline(augmentation).flow(of).batch(0, 0);
const mixedBy = (pixel: number): unknown =>
  kit
    .pipeline({ mix: { draw: () => ({ weight: 1 }), apply: (pixels) => pixels.fill(pixel) } })
    .flow(set)
    .batch(0, 0);
const generator = (options: kit.ImageDataGeneratorOptions): ImageDataGenerator =>
  new ImageDataGenerator(options);

export { ofAugment as inPage } from "./browser/in-page.ts";

export const trials: Trials = {
  ...ofFlows,
  "pass e.g. mixup()": [
    () => kit.pipeline({ mix: wrong("mixup") }),
    () => kit.pipeline({ mix: kit.mixup() }),
  ],
  "pass what toJSON gave": [
    () => kit.augmenterFromJSON({ kind: "pipeline", parts: wrong({ 0: "randomCrop" }) }),
    () => kit.augmenterFromJSON(kit.pipeline(kit.randomCrop()).toJSON()),
  ],
  "pass e.g. randomCrop(), alternatingFlip(), and to pipeline { mix: mixup() } last": [
    () => kit.pipeline({ mix: kit.mixup() }, kit.alternatingFlip()),
    () => {
      kit.compose(kit.randomCrop(), kit.alternatingFlip());
      kit.pipeline(kit.randomCrop(), kit.alternatingFlip(), { mix: kit.mixup() });
    },
  ],
  "pass {}(...list)": [
    () => kit.pipeline(wrong([kit.randomCrop(), kit.alternatingFlip()])),
    () => kit.pipeline(...[kit.randomCrop(), kit.alternatingFlip()]),
  ],
  "look for a division by 0 in it": [() => mixedBy(0 / 0), () => mixedBy(0 / 1)],
  "pass one image, as floats or as bytes": [
    () => generator({}).standardize(wrong("image"), shape),
    () => generator({}).standardize(Float32Array.from(set.image(0)), shape),
  ],
  "find out where it comes from: it would spread to its neighbours and into the loss": [
    () =>
      generator({}).standardize(
        image.map(() => NaN),
        shape,
      ),
    () => generator({}).standardize(image, shape),
  ],
  "leave brightness out": [
    () =>
      generator({}).applyTransform(Float32Array.from(grey.image(0)), [1, 2, 2], { brightness: 1 }),
    () => generator({}).applyTransform(Float32Array.from(grey.image(0)), [1, 2, 2], {}),
  ],
  "multiply them by 255 first": [
    () =>
      generator({}).applyTransform(
        image.map((v) => v / 256),
        shape,
        { brightness: 1 },
      ),
    () => generator({}).applyTransform(image, shape, { brightness: 1 }),
  ],
  "pass a seed that NumPy takes": [
    () => generator({ randomStream: "numpy" }).flow(set, { seed: -1 }),
    () => generator({ randomStream: "numpy" }).flow(set, { seed: 1 }),
  ],
  "pass validationSplit to the constructor of ImageDataGenerator": [
    () => generator({}).flow(set, { subset: "training" }),
    () =>
      generator({ validationSplit: 0.5 }).flow(set, { subset: "training", ignoreClassSplit: true }),
  ],
  "change validationSplit or take a larger set": [
    () =>
      generator({ validationSplit: 0.01 }).flow(set, {
        subset: "validation",
        ignoreClassSplit: true,
      }),
    () =>
      generator({ validationSplit: 0.5 }).flow(set, {
        subset: "validation",
        ignoreClassSplit: true,
      }),
  ],
  "shuffle the set before, or pass ignoreClassSplit: true": [
    () => generator({ validationSplit: 0.5 }).flow(sorted, { subset: "training" }),
    () => {
      const mixed = sorted.subset([0, 2, 1, 3]);
      generator({ validationSplit: 0.5 }).flow(mixed, { subset: "training" });
      const split = generator({ validationSplit: 0.5 });
      split.flow(sorted, { subset: "training", ignoreClassSplit: true });
    },
  ],
  "scale the images down, e.g. with rescale: 1 / 255": [
    () => {
      generator({ zcaWhitening: true, rescale: 1e200 }).fit(set);
    },
    () => {
      generator({ zcaWhitening: true, rescale: 1 / 255 }).fit(set);
    },
  ],
  "call fit(set) first, with the training images": [
    () => generator({ featurewiseCenter: true }).flow(set),
    () => {
      const centred = generator({ featurewiseCenter: true });
      centred.fit(set);
      centred.flow(set);
    },
  ],
  "fit it to images of this shape": [
    () => {
      const centred = generator({ featurewiseCenter: true });
      centred.fit(grey);
      centred.flow(set);
    },
    () => {
      const centred = generator({ featurewiseCenter: true });
      centred.fit(set);
      centred.flow(set);
    },
  ],
  "pass ({ fileName, bytes, shape }) => ...": [
    () => generator({}).flow(set, { save: wrong("folder") }),
    () =>
      generator({}).flow(set, { save: ({ fileName, bytes, shape: of }) => [fileName, bytes, of] }),
  ],
  "pass randomStream(seed, purpose, ...indices)": [
    () => generator({}).getRandomTransform(shape, wrong(5)),
    () => generator({}).getRandomTransform(shape, randomStream(1, "mine", 0)),
  ],
  "return an image of the same shape": [
    () => first({ draw: () => 0, apply: (given) => given.subarray(1) }),
    () => first({ draw: () => 0, apply: (given) => given }),
  ],
  "pass one a channel": [
    () => first(kit.cutout({ fill: [] })),
    () => first(kit.cutout({ fill: [1, 2, 3] })),
  ],
  "use it on colour images only": [
    () => first(kit.colorJitter({ hue: 0.1 }), grey),
    () => first(kit.colorJitter({ hue: 0.1 })),
  ],
  "pass new ImageDataGenerator({ ... }) or pipeline(randomCrop(), alternatingFlip())": [
    () => train({ batchSize: 4, augmentation: wrong(kit.randomFlip()) }),
    async () => {
      await train({ batchSize: 4, augmentation: generator({}) });
      await train({
        batchSize: 4,
        augmentation: kit.pipeline(kit.randomCrop(), kit.alternatingFlip()),
      });
    },
  ],
  "leave out featurewiseStdNormalization, which whitening replaces": [
    () => generator({ zcaWhitening: true, featurewiseStdNormalization: true }),
    () => generator({ zcaWhitening: true }),
  ],
  "leave {} out": [
    () => generator({ featurewiseStdNormalization: true, featurewiseCenter: false }),
    () => generator({ featurewiseStdNormalization: true }),
  ],
  "pass (image, shape) => image": [
    () => generator({ preprocessingFunction: wrong("x") }),
    () => generator({ preprocessingFunction: (given) => given }),
  ],
  "pass null to keep the pixels in 0..255": [
    () => generator({ rescale: 0 }),
    () => generator({ rescale: null }),
  ],
  "make it batchSize images long": [
    () => kit.imageFlow(set, { batchSize: 4 }).batch(0, 0, new Float32Array(1)),
    () => kit.imageFlow(set, { batchSize: 4 }).batch(0, 0, new Float32Array(4 * set.imageSize)),
  ],
  "pass 0.1 for a tenth of the axis, 3 for whole pixels, or [1, 2, 4] for these shifts only": [
    () => generator({ widthShiftRange: wrong("3") }),
    () => [0.1, 3, [1, 2, 4]].map((widthShiftRange) => generator({ widthShiftRange })),
  ],
};

export const untried: Untried = {
  "choose a smaller batchSize":
    "needs a batch larger than the memory; it is the same call with another number",
  "whiten smaller images (64 x 64 x 3 take 2 GB), or leave zcaWhitening out":
    "needs more memory than a test may take; 8 x 8 is whitened in test/augment/standardize.test.ts",
};
