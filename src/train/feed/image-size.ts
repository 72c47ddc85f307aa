/** Images that a run trains on at other sizes than their own, such as small ones at its beginning. */
import { check, describe, isArray } from "../../checks.ts";
import type { ImageShape } from "../../dataset/image-shape.ts";
import { takesImages } from "../../model/takes-images.ts";
import { reader } from "../../options.ts";
import type { ImageSizes, ModelCall, TrainingUse } from "./feed.ts";

/** Larger ones are a mistake. */
const MAX_SIZE = 4096;

/** Reads the sizes of a phase's images, which may be one, or left out. */
export const imageSize = () =>
  reader({ optional: true }, (value, subject, name): ImageSizes => {
    let last = 0;
    return Array.from<unknown>(isArray(value) ? value : [[value, 1]]).map((entry) => {
      const [pixels, share]: unknown[] = isArray(entry) ? Array.from(entry) : [];
      check(
        isWithin(pixels, 1, MAX_SIZE) &&
          Number.isInteger(pixels) &&
          isWithin(share, 0, 1) &&
          share > last,
        subject,
        `${name} to be whole pixels in 1..${MAX_SIZE}, or such with rising shares of the steps, up to 1`,
        describe(value),
        "pass e.g. 24, or [[20, 0.35], [24, 0.65]]",
      );
      last = share;
      return [pixels, share] as const;
    });
  });

const isWithin = (value: unknown, least: number, most: number): value is number =>
  typeof value === "number" && value >= least && value <= most;

/** Height and width of the images of each step. */
interface SizePlan {
  /** By the number of the step, counted from the phase's epoch 0. */
  readonly sizes: readonly (readonly [height: number, width: number])[];
  /** From which step on which size: `[step, height, width]`. */
  readonly changes: readonly (readonly [number, number, number])[];
}

/** The sizes of a phase, each of which the model takes. */
export function planSizes(
  { subject, model }: ModelCall,
  { imageSize: list, epochs }: Pick<TrainingUse, "imageSize" | "epochs">,
  [height, width, channels]: ImageShape,
  stepsPerEpoch: number,
): SizePlan | undefined {
  if (list === undefined) return undefined;
  const steps = epochs * stepsPerEpoch;
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
  return { sizes, changes };
}
