import { cast, max, min, slice, sum, type Tensor, tidy } from "@tensorflow/tfjs-core";
import { check } from "../../checks.ts";
import { warnOfByteLikeFloats, warnOfScalingTwice } from "./byte-like.ts";
import type { Batch, ModelCall, Feed, FeedUse } from "./feed.ts";
import { checkByteRange, checkFinitePixels, checkInputShape, scaledTensor } from "./model-input.ts";
import { readTogether } from "./read-together.ts";

/** Images in a tensor `[n, h, w, c]`: int32 as bytes, float32 as it is. */
export function tensorFeed(call: ModelCall, images: Tensor, { batchSize }: FeedUse): Feed<Batch> {
  const { subject, model } = call;
  const isNumeric = images.dtype !== "string" && images.dtype !== "complex64";
  check(
    !images.isDisposed && isNumeric && images.rank === 4 && images.shape[0] > 0,
    subject,
    "a live tensor of numbers [n, height, width, channels] with n of at least 1",
    images.isDisposed ? "a disposed one" : `${images.dtype} [${images.shape.join(", ")}]`,
    "pass such a tensor; tf.expandDims makes a batch of one image",
  );
  checkInputShape(subject, model, images.shape.slice(1));
  if (images.dtype === "int32") warnOfScalingTwice(subject, model);
  const [length] = images.shape;
  return {
    steps: Math.ceil(length / batchSize),
    async *epoch() {
      await checkPixels(call, images);
      for (let from = 0; from < length; from += batchSize) {
        const size = Math.min(length - from, batchSize);
        const xs = tidy(() => {
          const rows = slice(images, from, size);
          return images.dtype === "int32" ? scaledTensor(rows) : cast(rows, "float32");
        });
        yield { xs, size };
      }
    },
  };
}

/** Throws unless the values can be pixels. */
async function checkPixels({ subject, model }: ModelCall, images: Tensor): Promise<void> {
  const [total, least, largest] = await readTogether(() => [sum(images), min(images), max(images)]);
  checkFinitePixels(subject, Number.isFinite(total), "NaN or infinity");
  if (images.dtype === "int32") checkByteRange(subject, "an int32 tensor", least, largest);
  else warnOfByteLikeFloats(subject, model, largest);
}

/** The values of a tensor, int32 as bytes, as a copy. */
export async function plainTensor(
  subject: string,
  images: Tensor,
): Promise<Uint8Array | Float32Array> {
  const values = await images.data();
  if (images.dtype !== "int32") return Float32Array.from(values);
  const bytes = Uint8Array.from(values);
  const stray = bytes.findIndex((byte, i) => byte !== values[i]);
  if (stray !== -1) checkByteRange(subject, "an int32 tensor", values[stray], values[stray]);
  return bytes;
}
