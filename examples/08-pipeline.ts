/** Augmentations beyond Keras's generator, and a picture of each. */
import {
  alternatingFlip,
  type Augmenter,
  colorJitter,
  cutmix,
  cutout,
  imageFlow,
  loadCifar10,
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

const AUGMENTATIONS: Record<string, Augmenter> = {
  "random-crop": pipeline(randomCrop({ padding: 4 })),
  "alternating-flip": pipeline(alternatingFlip()),
  cutout: pipeline(cutout({ size: 12 })),
  "random-erasing": pipeline(randomErasing({ probability: 1 })),
  "color-jitter": pipeline(colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4 })),
  "rand-augment": pipeline(randAugment()),
  "trivial-augment": pipeline(trivialAugment()),
  mixup: pipeline({ mix: mixup() }),
  cutmix: pipeline({ mix: cutmix() }),
  composed: pipeline(randomCrop(), alternatingFlip(), trivialAugment(), cutout({ size: 8 })),
};

for (const [name, augmentation] of Object.entries(AUGMENTATIONS)) {
  // A flow is a pure function of seed and epoch; every column is another epoch.
  const flow = imageFlow(train, { augmentation, seed: 1, batchSize: 1, shuffle: false });
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
