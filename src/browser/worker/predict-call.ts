/** A prediction on its way into the Worker; loaded with the first one. */
import { Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { ImageDataGenerator } from "../../augment/image-data-generator.ts";
import { ImageSet } from "../../dataset/image-set.ts";
import { imageRows, type ModelImages } from "../../train/image-rows.ts";
import { checkByteRange } from "../../train/model-input.ts";
import type { PredictOptions } from "../../train/predict.ts";
import type { RandomViews } from "../../train/test-time-augmentation.ts";
import { plainGenerator } from "./plain-generator.ts";
import type { PredictCall } from "./protocol.ts";

const SUBJECT = "predict";

/** In the page: throws what the Worker would, by the same checks. */
export function checkImages(model: LayersModel, images: ModelImages): void {
  imageRows(SUBJECT, model, images);
}

/** In the page: images as a message can carry them, in buffers of their own; of a set its id. */
export async function plainImages(
  images: ModelImages,
  send: (set: ImageSet) => Promise<number>,
): Promise<{ images: PredictCall["images"]; transfer: ArrayBuffer[] }> {
  if (images instanceof ImageSet) return { images: await send(images), transfer: [] };
  if (images instanceof Tensor) {
    const values = await valuesOf(images);
    return { images: values, transfer: [values.buffer as ArrayBuffer] };
  }
  // A message takes the whole buffer along of which an array is a part.
  if (ArrayBuffer.isView(images)) {
    const part = images.slice();
    return { images: part, transfer: [part.buffer] };
  }
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

type PlainOptions = Pick<PredictCall, "options" | "generator">;

/** In the page: options as a message can carry them, the generator of their views apart. */
export function plainOptions(options: PredictOptions): PlainOptions {
  const { testTimeAugmentation: views } = Object(options) as PredictOptions;
  const { generator } = Object(views) as Partial<RandomViews>;
  if (!(generator instanceof ImageDataGenerator)) return { options, generator: undefined };
  const testTimeAugmentation = { ...(views as RandomViews), generator: undefined as never };
  const remedy = "call predict of the page, or leave the function out";
  return {
    options: { ...options, testTimeAugmentation },
    generator: plainGenerator(SUBJECT, generator, remedy),
  };
}

/** In the Worker: the options as they were given. */
export function fullOptions({ options, generator: state }: PlainOptions): PredictOptions {
  if (!state) return options;
  const views = options.testTimeAugmentation as RandomViews;
  const generator = ImageDataGenerator.fromState(state);
  return { ...options, testTimeAugmentation: { ...views, generator } };
}
