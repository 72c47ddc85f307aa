/** Images as an augmenter has the model see them where they are measured: rescaled, whitened, not moved. */
import type { Augmenter } from "../../augment/augmenter.ts";
import type { Batch, Flow } from "../../augment/flow.ts";
import { check, describe } from "../../checks.ts";
import type { ImageSet } from "../../dataset/image-set.ts";

/** The images of a flow that augments none, each standardised. */
export function standardized(flow: Flow, set: ImageSet, augmentation: Augmenter): Flow {
  if (!augmentation.standardize) return flow;
  const batch = (epoch: number, index: number): Batch => {
    const plain = flow.batch(epoch, index);
    const xs = new Float32Array(plain.xs.length);
    for (const [i, image] of plain.indices.entries()) {
      xs.set(standardizedImage(augmentation, set, image), i * set.imageSize);
    }
    return { ...plain, xs };
  };
  function* epoch(number: number): Generator<Batch> {
    for (let index = 0; index < flow.length; index++) yield batch(number, index);
  }
  const { length, size, batchSize, imageShape, classNames } = flow;
  const outline = { length, size, batchSize, imageShape, classNames, set };
  const needs = flow.needs && ((number: number, index: number) => flow.needs!(number, index));
  return { ...outline, ...(needs && { needs }), batch, epoch, [Symbol.iterator]: () => epoch(0) };
}

/** One image of a set, standardised by an augmenter that does so. */
export function standardizedImage(
  augmentation: Augmenter,
  set: ImageSet,
  index: number,
): Float32Array {
  const image = augmentation.standardize!(Float32Array.from(set.image(index)), set.imageShape);
  check(
    image instanceof Float32Array && image.length === set.imageSize,
    "augmentation.standardize",
    `to return a Float32Array of ${set.imageSize} values`,
    describe(image),
    "return all values of the image",
  );
  return image;
}
