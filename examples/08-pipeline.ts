/** Augmentations beyond Keras's generator, and a picture of each. */
import {
  alternatingFlip,
  type Augmentation,
  colorJitter,
  compose,
  cutmix,
  cutout,
  imageFlow,
  loadCifar10,
  type Mix,
  mixup,
  pipeline,
  plotAugmentations,
  randAugment,
  randomCrop,
  randomErasing,
  trivialAugment,
} from "cifar-kit";
import { cifar10Source, writePng } from "cifar-kit/node";

const OUTPUT = "runs/examples";

const { train } = await loadCifar10(cifar10Source(), { split: "train" });

const AUGMENTATIONS: Record<string, { augmentation?: Augmentation; mix?: Mix }> = {
  "random-crop": { augmentation: randomCrop({ padding: 4 }) },
  "alternating-flip": { augmentation: alternatingFlip() },
  cutout: { augmentation: cutout({ size: 12 }) },
  "random-erasing": { augmentation: randomErasing({ probability: 1 }) },
  "color-jitter": {
    augmentation: colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4 }),
  },
  "rand-augment": { augmentation: randAugment() },
  "trivial-augment": { augmentation: trivialAugment() },
  mixup: { mix: mixup() },
  cutmix: { mix: cutmix() },
  composed: {
    augmentation: compose(randomCrop(), alternatingFlip(), trivialAugment(), cutout({ size: 8 })),
  },
};

for (const [name, parts] of Object.entries(AUGMENTATIONS)) {
  // A flow is a pure function of seed and epoch; every column is another epoch.
  const flow = imageFlow(train, { ...parts, seed: 1, batchSize: 1, shuffle: false });
  const picture = plotAugmentations(train, flow, { seed: 3, count: 2 });
  await writePng(`${OUTPUT}/augmentation/${name}.png`, picture, { scale: 1 });
}

// What trainPhase takes: `trainPhase(model, { train, augmentation, epochs: 10 })`.
const augmentation = pipeline(randomCrop(), alternatingFlip(), { mix: cutmix() });
const flow = augmentation.flow(train, { batchSize: 32, seed: 1 });
const { targets, ys } = flow.batch(0, 0);
const shares = targets!.subarray(0, 10);
const mixed = [...shares.keys()].filter((label) => shares[label] > 0);
console.log(
  `the first image is a ${train.classNames[ys[0]]}; its label after mixing: ` +
    mixed.map((k) => `${(100 * shares[k]).toFixed(0)} % ${train.classNames[k]}`).join(", "),
);
console.log(`${Object.keys(AUGMENTATIONS).length} pictures are in ${OUTPUT}/augmentation/`);
