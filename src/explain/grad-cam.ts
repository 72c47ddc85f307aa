import {
  add,
  grad,
  keep,
  mean,
  mul,
  relu,
  sum,
  type Tensor,
  zerosLike,
} from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { anything, readOptions, text } from "../options.ts";
import type { ImagesInMemory } from "./batches-of.ts";
import { type ExplainOptions, heatMaps, type HeatMaps } from "./heat-maps.ts";
import { mapLayer, withOutput } from "./layer-output.ts";

/** Options of {@link gradCam}. */
export interface GradCamOptions extends ExplainOptions {
  /** Name of the layer whose maps are weighted; default the last convolution, with its activation. */
  readonly layer?: string;
}

/**
 * Where in an image a classifier sees a class: Grad-CAM (Selvaraju et al., 2017). The maps of a layer are
 * added up, each weighted with the mean of the class score's gradient to it, and what is below 0 counts as 0.
 * The score is that before a softmax or sigmoid at the end of the model. Maps have the height and width of
 * the layer's; {@link plotGradCam} draws them over the images.
 *
 * Computes at once, without giving way to the event loop: ask it about some images, not about a whole set.
 *
 * @example
 * const cats = test.withClasses(["Cat"]).subset([0, 1, 2]);
 * const { maps, shape } = gradCam(model, cats, { label: "Cat" });
 * @param model any layers model that classifies images; only read.
 * @param images in memory; bytes are scaled to [0, 1].
 * @throws {ArgumentError} if images do not fit the model or are not in memory, the model has no such layer or
 *   class or is being trained, or an option is unknown.
 * @throws {BackendError} if no backend is active or the active one cannot compute gradients.
 */
export function gradCam(
  model: LayersModel,
  images: ImagesInMemory,
  options: GradCamOptions = {},
): HeatMaps {
  const subject = "gradCam";
  const { label, layer: name } = readOptions(subject, options, {
    label: anything<ExplainOptions["label"]>(),
    layer: text({ optional: true }),
  });
  return heatMaps(subject, model, images, label, (xs, scoreOf) => {
    const layer = mapLayer(subject, model, name);
    let maps: Tensor | undefined;
    const seen = (output: Tensor): Tensor => {
      maps = keep(output.clone());
      return output;
    };
    withOutput(subject, layer, seen, () => scoreOf(xs));
    const behind = (change: Tensor): Tensor =>
      withOutput(
        subject,
        layer,
        (output) => add(output, change),
        () => scoreOf(xs),
      );
    try {
      const weights = mean(grad(behind)(zerosLike(maps!)), [1, 2], true);
      return relu(sum(mul(maps!, weights), -1));
    } finally {
      maps!.dispose();
    }
  });
}
