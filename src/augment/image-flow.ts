import { checkOptions } from "../checks.ts";
import type { ImageSet } from "../dataset/image-set.ts";
import type { Flow } from "./flow.ts";
import { KeyedFlowRandom } from "./flow-random.ts";
import { resolveSetFlow, SetFlow, type BatchPlan, type SetFlowOptions } from "./set-flow.ts";

/** Options of {@link imageFlow}. */
export type ImageFlowOptions = SetFlowOptions;

/** Faster than a division and, for all 256 bytes, the same after rounding to float32. */
const UNIT = 1 / 255;

/**
 * A flow of the images as they are, scaled from 0..255 to [0, 1].
 * @throws {ArgumentError} if the set is empty or an option is not as it should be.
 */
export function imageFlow(set: ImageSet, options: ImageFlowOptions = {}): Flow {
  checkOptions("imageFlow", options, ["batchSize", "shuffle", "seed"]);
  const settings = resolveSetFlow("imageFlow", set, options);
  return new ImageFlow(set, settings.batchSize, new KeyedFlowRandom(set.length, settings));
}

class ImageFlow extends SetFlow {
  protected override fill({ images, xs }: BatchPlan): void {
    const { images: bytes, imageSize } = this.set;
    for (let i = 0; i < images.length; i++) {
      const from = images[i] * imageSize;
      const to = i * imageSize;
      for (let k = 0; k < imageSize; k++) xs[to + k] = bytes[from + k] * UNIT;
    }
  }
}
