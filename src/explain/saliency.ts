import { abs, grad, max } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { anything, readOptions } from "../options.ts";
import type { ImagesInMemory } from "./batches-of.ts";
import { type ExplainOptions, heatMaps, type HeatMaps } from "./heat-maps.ts";

/**
 * How much each pixel of an image moves the score of a class: the largest absolute value of the score's
 * gradient over the pixel's channels (Simonyan et al., 2013). The score is that before a softmax or sigmoid at
 * the end of the model. Maps have the size of the images; {@link plotGradCam} draws them, too.
 *
 * Computes at once, without giving way to the event loop: ask it about some images, not about a whole set.
 *
 * @param model any layers model that classifies images; only read.
 * @param images in memory; bytes are scaled to [0, 1].
 * @throws {ArgumentError} if images do not fit the model or are not in memory, the model has no such class or is
 *   being trained, or an option is unknown.
 * @throws {BackendError} if no backend is active or the active one cannot compute gradients.
 */
export function saliency(
  model: LayersModel,
  images: ImagesInMemory,
  options: ExplainOptions = {},
): HeatMaps {
  const { label } = readOptions("saliency", options, {
    label: anything<ExplainOptions["label"]>(),
  });
  return heatMaps("saliency", model, images, label, (xs, scoreOf) =>
    max(abs(grad(scoreOf)(xs)), -1),
  );
}
