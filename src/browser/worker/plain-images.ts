/** Images on their way into the Worker: what of them a message can carry. Loaded with the first call. */
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { check, describe } from "../../checks.ts";
import type { ImageSet } from "../../dataset/image-set.ts";
import { feedOf, kindOf, type ModelImages } from "../../train/feed/feed-of.ts";
import type { PredictCall } from "./protocol.ts";

/** The set that labelled images are; throws if they are of another kind. */
export function checkedSet(subject: string, name: string, data: unknown): ImageSet {
  const { images } = kindOf(data) ?? {};
  check(
    images !== undefined,
    subject,
    `${name} to be an ImageSet, which can be sent to a Worker`,
    describe(data),
    "pass one",
  );
  return images;
}

/** Throws what the Worker would throw of images to predict, by the same checks. */
export function checkImages(subject: string, model: LayersModel, images: ModelImages): void {
  feedOf({ subject, model }, images, { purpose: "prediction", batchSize: 1 });
}

/** Images to predict, in buffers of their own; of a set its id. */
export async function plainImages(
  subject: string,
  given: ModelImages,
  send: (set: ImageSet) => Promise<number>,
): Promise<{ images: PredictCall["images"]; transfer: ArrayBuffer[] }> {
  const kind = kindOf(given);
  if (kind?.images) return { images: await send(kind.images), transfer: [] };
  const images = await kind?.plain?.(subject);
  check(
    images !== undefined,
    subject,
    "images that can be sent to a Worker: a set, bytes, floats, a picture or a tensor",
    describe(given),
    "pass one of these",
  );
  const { buffer } = "data" in images ? images.data : images;
  return { images, transfer: [buffer as ArrayBuffer] };
}
