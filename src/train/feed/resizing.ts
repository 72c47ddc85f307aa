/** Images that a run trains on at other sizes than their own, such as small ones at its beginning. */
import { tensor4d } from "@tensorflow/tfjs-core";
import { check } from "../../checks.ts";
import type { ImageShape } from "../../dataset/image-shape.ts";
import { resampleFloats } from "../../dataset/resample-floats.ts";
import { takesImages } from "../../model/takes-images.ts";
import type { ImageSizes, ModelCall, Resizing } from "./feed.ts";

/**
 * Has a phase's images resized.
 * @param steps of the phase, from its epoch 0 on.
 * @throws {ArgumentError} if the model does not take one of the sizes.
 */
export function resizing(
  { subject, model }: ModelCall,
  list: ImageSizes,
  [height, width, channels]: ImageShape,
  steps: number,
): Resizing {
  const scale = Math.min(height, width);
  const changes: [step: number, height: number, width: number][] = [];
  const sizes: (readonly [height: number, width: number])[] = [];
  for (let step = 0; step < steps; step++) {
    const [shorter] = list.find(([, share]) => step < share * steps) ?? [scale];
    const [h, w] = [height, width].map((extent) => Math.floor((extent * shorter) / scale));
    const last = sizes.at(-1);
    const isNew = last?.[0] !== h || last[1] !== w;
    if (isNew) changes.push([step, h, w]);
    sizes.push(isNew ? [h, w] : last);
  }
  for (const [, h, w] of changes) {
    check(
      takesImages(model, [h, w, channels]),
      subject,
      `a model that takes images of ${h} x ${w}, as imageSize wants them`,
      `one for images of ${height} x ${width} only`,
      "leave imageSize out, or have the network end in a global pooling, not in a flatten layer",
    );
  }
  return {
    changes,
    resize(xs, count, step) {
      const [h, w] = sizes[step];
      const resized = resampleFloats(xs, [count, height, width, channels], [h, w]);
      return tensor4d(resized, [count, h, w, channels]);
    },
  };
}
