import { checkOptions } from "../checks.ts";
import type { ImageSet } from "../dataset/image-set.ts";
import type { Flow } from "./flow.ts";
import { resolveSetFlow, SetFlow, type BatchPlan, type SetFlowOptions } from "./set-flow.ts";

/** Options of {@link imageFlow}. */
export type ImageFlowOptions = SetFlowOptions;

/** `x / 255` for every byte, rounded once to float32. */
const UNIT_RANGE = Float32Array.from({ length: 256 }, (_, x) => x / 255);

/**
 * A flow of the images as they are, scaled from 0..255 to [0, 1].
 * @throws {ArgumentError} if the set is empty or an option is not as it should be.
 */
export function imageFlow(set: ImageSet, options: ImageFlowOptions = {}): Flow {
  checkOptions("imageFlow", options, ["batchSize", "shuffle", "seed"]);
  return new ImageFlow(set, resolveSetFlow("imageFlow", set, options));
}

class ImageFlow extends SetFlow {
  protected override fill({ images, xs }: BatchPlan): void {
    const { images: bytes, imageSize } = this.set;
    for (let i = 0; i < images.length; i++) {
      const from = images[i] * imageSize;
      const to = i * imageSize;
      for (let k = 0; k < imageSize; k++) xs[to + k] = UNIT_RANGE[bytes[from + k]];
    }
  }
}
