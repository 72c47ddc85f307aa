/** Images that a run trains on at other sizes than their own, such as small ones at its beginning. */
import { tidy, zeros } from "@tensorflow/tfjs-core";
import { attempt, check, describe } from "../../checks.ts";
import type { ImageShape } from "../../dataset/image-shape.ts";
import { reader } from "../../options.ts";
import type { ImageSize, ModelCall, TrainingUse } from "./feed.ts";

/** Larger ones are a mistake. */
const MAX_SIZE = 4096;

/** Reads an {@link ImageSize}, which may be left out. */
export const imageSize = () =>
  reader({ optional: true }, (value, subject, name): ImageSize => {
    if (typeof value === "function") return value as ImageSize;
    checkSize(subject, name, value);
    return value;
  });

function checkSize(subject: string, what: string, value: unknown): asserts value is number {
  check(
    Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_SIZE,
    subject,
    `${what} to be a whole number of pixels in 1..${MAX_SIZE}`,
    describe(value),
    "pass e.g. 24, or (progress) => (progress < 0.5 ? 24 : 32)",
  );
}

/** Height and width of the images of each step. */
interface SizePlan {
  /** By the number of the step, counted from the phase's epoch 0. */
  readonly sizes: readonly (readonly [height: number, width: number])[];
  /** From which step on which size: `[step, height, width]`. */
  readonly changes: readonly (readonly [number, number, number])[];
}

/** The sizes of a phase, each of which the model has taken once. */
export function planSizes(
  { subject, model }: ModelCall,
  { imageSize: size, epochs }: Pick<TrainingUse, "imageSize" | "epochs">,
  [height, width, channels]: ImageShape,
  stepsPerEpoch: number,
): SizePlan | undefined {
  if (size === undefined) return undefined;
  const steps = epochs * stepsPerEpoch;
  const scale = Math.min(height, width);
  const changes: [step: number, height: number, width: number][] = [];
  const sizes: (readonly [height: number, width: number])[] = [];
  for (let step = 0; step < steps; step++) {
    const shorter: unknown = typeof size === "function" ? size(step / steps) : size;
    checkSize(subject, `imageSize${typeof size === "function" ? " of a step" : ""}`, shorter);
    const [h, w] = [height, width].map((extent) => Math.floor((extent * shorter) / scale));
    const last = sizes.at(-1);
    const isNew = last?.[0] !== h || last[1] !== w;
    if (isNew) changes.push([step, h, w]);
    sizes.push(isNew ? [h, w] : last);
  }
  for (const [, h, w] of changes) {
    const taken = attempt(() => tidy(() => model.apply(zeros([1, h, w, channels])) !== undefined));
    check(
      taken === true,
      subject,
      `a model that takes images of ${h} x ${w}, as imageSize wants them`,
      `one for images of ${height} x ${width} only`,
      "leave imageSize out, or have the network end in a global pooling, not in a flatten layer",
    );
  }
  return { sizes, changes };
}
