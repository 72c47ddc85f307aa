/** A prediction on its way into the Worker; loaded with the first one. */
import { Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { check, describe } from "../../checks.ts";
import { isImageSet } from "../../dataset/check-image-set.ts";
import type { ImageSet } from "../../dataset/image-set.ts";
import { feedOf, type ModelImages } from "../../train/feed/feed-of.ts";
import { checkByteRange } from "../../train/feed/model-input.ts";
import type { PredictCall } from "./protocol.ts";

const SUBJECT = "predict";

/** In the page: throws what the Worker would, by the same checks. */
export function checkImages(model: LayersModel, images: ModelImages): void {
  feedOf({ subject: SUBJECT, model }, images, { purpose: "prediction", batchSize: 1 });
}

/** In the page: images as a message can carry them, in buffers of their own; of a set its id. */
export async function plainImages(
  images: ModelImages,
  send: (set: ImageSet) => Promise<number>,
): Promise<{ images: PredictCall["images"]; transfer: ArrayBuffer[] }> {
  if (isImageSet(images)) return { images: await send(images), transfer: [] };
  if (images instanceof Tensor) {
    const values = await valuesOf(images);
    return { images: values, transfer: [values.buffer as ArrayBuffer] };
  }
  // A message takes the whole buffer along of which an array is a part.
  if (ArrayBuffer.isView(images)) {
    const part = (images as Uint8Array).slice();
    return { images: part, transfer: [part.buffer] };
  }
  check(
    "data" in images,
    SUBJECT,
    "images that can be sent to a Worker: a set, bytes, floats, a picture or a tensor",
    describe(images),
    "pass one of these",
  );
  const { data, width, height, channels } = images;
  const part = data.slice();
  return { images: { data: part, width, height, channels }, transfer: [part.buffer] };
}

/** The bytes or floats of a tensor. */
async function valuesOf(images: Tensor): Promise<Uint8Array | Float32Array> {
  const values = await images.data();
  if (images.dtype !== "int32") return Float32Array.from(values);
  const bytes = Uint8Array.from(values);
  const stray = bytes.findIndex((byte, i) => byte !== values[i]);
  if (stray !== -1) checkByteRange(SUBJECT, "an int32 tensor", values[stray], values[stray]);
  return bytes;
}
