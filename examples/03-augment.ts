/** Draws random transforms of an image, as the second phase of training sees them. */
import { ImageDataGenerator, loadCifar10, plotAugmentations, randomStream } from "cifar-kit";
import { cifar10Source, writePng } from "cifar-kit/node";

const OUTPUT = "runs/examples";

const { train } = await loadCifar10(cifar10Source(), { split: "train" });
const generator = new ImageDataGenerator({
  widthShiftRange: 0.1, // up to a tenth of the width, to either side
  heightShiftRange: 0.1,
  horizontalFlip: true,
});

// The numbers behind one transform: tx moves rows, ty columns, in pixels.
const { tx, ty, flipHorizontal } = generator.getRandomTransform(
  train.imageShape,
  randomStream(1, "augment", 0, 0),
);
console.log(`rows by ${tx.toFixed(2)}, columns by ${ty.toFixed(2)}, flipped: ${flipHorizontal}`);

// A flow is a pure function of (seed, epoch): asked twice, it gives the same batches twice.
const flow = generator.flow(train, { batchSize: 32, seed: 1 });
const [batch] = flow.epoch(0);
console.log(`${flow.length} batches an epoch; the first has ${batch.size} images`);

await writePng(`${OUTPUT}/augmented.png`, plotAugmentations(train, generator, { seed: 1 }));
console.log(`augmented.png is in ${OUTPUT}/`);
