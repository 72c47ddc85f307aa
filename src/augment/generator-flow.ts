import type { ImageSet } from "../dataset/image-set.ts";
import { randomStream } from "../random/stream.ts";
import { drawTransform } from "./draw-transform.ts";
import type { GeneratorSettings } from "./generator-options.ts";
import { SetFlow, type BatchPlan, type SetFlowSettings } from "./set-flow.ts";
import { TransformPipeline } from "./transform-pipeline.ts";

/** The flow of an `ImageDataGenerator`: each image transformed from a random stream of its own. */
export class GeneratorFlow extends SetFlow {
  readonly #settings: GeneratorSettings;
  readonly #pipeline: TransformPipeline;

  constructor(set: ImageSet, settings: GeneratorSettings, flow: SetFlowSettings) {
    super(set, flow);
    this.#settings = settings;
    this.#pipeline = new TransformPipeline(set.imageShape, settings);
  }

  protected override fill({ epoch, images, xs }: BatchPlan): void {
    const { images: bytes, imageSize, imageShape } = this.set;
    for (let i = 0; i < images.length; i++) {
      const image = images[i];
      // Keyed by the image: order, batch size and workers make no difference to what it becomes.
      const rng = randomStream(this.seed, "augment", epoch, image);
      const transform = drawTransform(this.#settings, imageShape, rng);
      this.#pipeline.apply(bytes, image * imageSize, transform, xs, i * imageSize);
    }
  }
}
