import type { ImageSet } from "../../dataset/image-set.ts";
import type { ImageShape } from "../../dataset/image-shape.ts";
import { notAPromise } from "../../runtime/listener.ts";
import { drawTransform } from "./draw-transform.ts";
import type { FeatureStatistics } from "./feature-statistics.ts";
import type { BatchRandom, FlowRandom } from "../flow-random.ts";
import type { GeneratorSettings } from "./generator-options.ts";
import { stretchToBytes } from "./saved-image.ts";
import type { SaveFunction } from "./saved-image.ts";
import { SetFlow, type BatchPlan } from "../set-flow.ts";
import { Standardizer } from "./standardizer.ts";
import { TransformPipeline } from "./transform-pipeline.ts";

/** What a generator's flow is made of. */
interface GeneratorFlowParts {
  readonly settings: GeneratorSettings;
  readonly statistics: FeatureStatistics;
  readonly batchSize: number;
  readonly random: FlowRandom;
  readonly save: SaveFunction | undefined;
  readonly savePrefix: string;
}

/** The flow of an `ImageDataGenerator`: every image drawn for, transformed and standardised. */
export class GeneratorFlow extends SetFlow {
  readonly #parts: GeneratorFlowParts;
  readonly #pipeline: TransformPipeline;
  readonly #standardizer: Standardizer;

  constructor(set: ImageSet, parts: GeneratorFlowParts) {
    super(set, parts.batchSize, parts.random);
    this.#parts = parts;
    this.#pipeline = new TransformPipeline(set.imageShape, parts.settings);
    this.#standardizer = new Standardizer(set.imageShape, parts.settings, parts.statistics);
  }

  protected override fill(plan: BatchPlan): undefined {
    const { epoch, index, images, xs } = plan;
    const { imageSize, imageShape } = this.set;
    const { settings, random, save } = this.#parts;
    const batchRandom = random.openBatch(epoch, index);
    const { onlyRescales } = this.#standardizer;
    const scale = onlyRescales ? settings.rescale : 1;
    for (let i = 0; i < images.length; i++) {
      const image = images[i];
      const at = i * imageSize;
      const transform = drawTransform(settings, imageShape, batchRandom.transformRng(image));
      this.#pipeline.apply(this.set.image(image), 0, transform, xs, at, scale);
      if (!onlyRescales) this.#standardizer.apply(xs, at);
    }
    if (save) this.#save(save, plan, imageShape, batchRandom);
  }

  #save(
    save: SaveFunction,
    { epoch, images, xs }: BatchPlan,
    shape: ImageShape,
    batchRandom: BatchRandom,
  ): void {
    const { imageSize, labels } = this.set;
    for (let i = 0; i < images.length; i++) {
      const index = images[i];
      const number = batchRandom.nameRng(index).integer(10_000);
      const given = save({
        fileName: `${this.#parts.savePrefix}_${index}_${number}.png`,
        bytes: stretchToBytes(xs.subarray(i * imageSize, (i + 1) * imageSize)),
        shape,
        index,
        label: labels[index],
        epoch,
      });
      notAPromise("Flow.batch", "save", given);
    }
  }
}
