/** Images of any kind as rows that a model takes. */
import { cast, slice, tensor, Tensor, tidy } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { allocate } from "../allocate.ts";
import { check, describe } from "../checks.ts";
import { asBytes, type Bytes } from "../dataset/bytes.ts";
import { convertChannels } from "../dataset/channels.ts";
import { checkedPicture } from "../dataset/checked-picture.ts";
import { ImageSet } from "../dataset/image-set.ts";
import type { Pixels } from "../dataset/resample.ts";
import { ArgumentError } from "../errors.ts";
import { modelInternals } from "../model/internals.ts";
import { warnOfByteLikeFloats, warnOfScalingTwice } from "./byte-like.ts";
import { checkImageShape, scaledTensor } from "./model-input.ts";

/**
 * Images for a model: an {@link ImageSet}; bytes 0..255, which are scaled to [0, 1]; one picture of the
 * model's size, such as the `ImageData` of a canvas, whose transparency lies on white; float32 pixels,
 * which are taken as they are; or a tensor `[n, h, w, c]` (int32 counts as bytes, float32 as it is).
 */
export type ModelImages = ImageSet | Bytes | Pixels | Float32Array | Tensor;

/** Images in rows that a loop can turn into batches. */
export interface ImageRows {
  readonly length: number;
  /** Images `from` to `to - 1` as a float32 tensor `[to - from, h, w, c]`; the caller disposes it. */
  slice(from: number, to: number): Tensor;
}

/**
 * Images of any of the accepted kinds, checked against the model.
 * @throws {ArgumentError} if they do not fit, are none, or contain NaN.
 */
export function imageRows(subject: string, model: LayersModel, images: ModelImages): ImageRows {
  if (images instanceof Tensor) return tensorRows(subject, model, images);
  const shape =
    images instanceof ImageSet
      ? images.imageShape
      : (modelInternals(model).inputs[0].shape.slice(1) as number[]);
  const pixels = pixelsOf(subject, images, shape);
  checkImageShape(subject, model, shape);
  const size = shape.reduce((product, axis) => product * axis, 1);
  check(
    pixels.length > 0 && pixels.length % size === 0,
    subject,
    `a whole number of ${shape.join(" x ")} images (${size} values each), at least one`,
    `${pixels.length} values`,
    "pass all values of each image",
  );
  if (pixels instanceof Float32Array) {
    let largest = -Infinity;
    for (let i = 0; i < pixels.length; i++) {
      if (pixels[i] > largest) largest = pixels[i];
      if (!Number.isFinite(pixels[i])) throw notFinite(subject, pixels, i, size);
    }
    warnOfByteLikeFloats(subject, model, largest);
  } else warnOfScalingTwice(subject, model);
  return {
    length: pixels.length / size,
    slice(from, to) {
      const rows = pixels.subarray(from * size, to * size);
      return tensor(scaled(subject, rows), [to - from, ...shape], "float32");
    },
  };
}

/** Bytes or floats of images of any kind but tensors. */
function pixelsOf(
  subject: string,
  images: Exclude<ModelImages, Tensor>,
  shape: readonly number[],
): Uint8Array | Float32Array {
  if (isPicture(images)) return pictureBytes(subject, images, shape);
  const pixels =
    images instanceof Float32Array
      ? images
      : asBytes(images instanceof ImageSet ? images.images : images);
  check(
    pixels !== undefined,
    subject,
    "images as an ImageSet, a Uint8Array or Uint8ClampedArray of bytes, ImageData, a Float32Array or a tensor",
    describe(images),
    "pass one of these",
  );
  return pixels;
}

/** One picture, with the channels that the model takes. */
function pictureBytes(subject: string, picture: Pixels, shape: readonly number[]): Uint8Array {
  const { data, width, height, channels } = checkedPicture(subject, picture);
  const [rows, columns, wanted] = shape;
  check(
    shape.length === 3 && height === rows && width === columns,
    subject,
    `a picture of the model's size, ${shape.slice(0, 2).join(" x ")}`,
    `${height} x ${width}`,
    "make it fit with resizeImage",
  );
  if (channels === wanted) return data;
  check(
    wanted === 1 || wanted === 3,
    subject,
    `a picture with ${wanted} channels, as the model's images have`,
    `${channels}`,
    "pass the bytes themselves",
  );
  return convertChannels(data, channels, wanted);
}

function isPicture(images: unknown): images is Pixels {
  return ["data", "width", "height"].every((name) => name in Object(images));
}

function notFinite(subject: string, pixels: Float32Array, at: number, size: number): ArgumentError {
  return new ArgumentError({
    subject,
    expected: "finite pixels",
    got: `${pixels[at]} in image ${Math.floor(at / size)}`,
    remedy: "find out where it comes from: a division by 0, or memory that was never filled",
  });
}

function tensorRows(subject: string, model: LayersModel, images: Tensor): ImageRows {
  check(
    !images.isDisposed && images.rank === 4 && images.shape[0] > 0,
    subject,
    "a live tensor [n, height, width, channels] with n of at least 1",
    images.isDisposed ? "a disposed one" : `[${images.shape.join(", ")}]`,
    "pass such a tensor; tf.expandDims makes a batch of one image",
  );
  checkImageShape(subject, model, images.shape.slice(1));
  if (images.dtype === "int32") warnOfScalingTwice(subject, model);
  return {
    length: images.shape[0],
    slice: (from, to) =>
      tidy(() => {
        const rows = slice(images, from, to - from);
        return images.dtype === "int32" ? scaledTensor(rows) : cast(rows, "float32");
      }),
  };
}

/** Bytes as float32 in [0, 1]; floats as a copy, so that nobody can change them under way. */
function scaled(subject: string, pixels: Uint8Array | Float32Array): Float32Array {
  if (pixels instanceof Float32Array) return pixels.slice();
  const floats = allocate(Float32Array, pixels.length, {
    subject,
    what: "a batch of images as floats",
    remedy: "choose a smaller batchSize",
  });
  for (let i = 0; i < pixels.length; i++) floats[i] = pixels[i] / 255;
  return floats;
}
