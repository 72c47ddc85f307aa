import { Tensor } from "@tensorflow/tfjs-core";
import type { Bytes } from "../bytes/bytes.ts";
import { check, describe, isOf } from "../checks.ts";
import type { ImageSet } from "../dataset/image-set.ts";
import type { Pixels } from "../dataset/resample.ts";
import { feedOf } from "../train/feed/feed-of.ts";
import type { Batch, ModelCall } from "../train/feed/feed.ts";

/**
 * Images that are in memory: a set; bytes 0..255; one picture of the model's size, such as the `ImageData` of
 * a canvas; float32 pixels; or a tensor `[n, h, w, c]` (int32 counts as bytes, float32 as it is).
 */
export type ImagesInMemory = ImageSet | Bytes | Pixels | Float32Array | Tensor;

/** Images in one call of the model: each keeps what it computed until its gradient is there. */
const BATCH_SIZE = 32;

/** Batches of images `[n, h, w, c]`; who takes one disposes it. */
export function batchesOf(
  call: ModelCall,
  images: ImagesInMemory,
): { batches: Iterable<Tensor>; classNames: readonly string[] | undefined } {
  const use = { purpose: "prediction", batchSize: BATCH_SIZE } as const;
  let feed = feedOf(call, images, use);
  // A tensor's values are looked at on the way, which does not wait here.
  if (isOf(images, Tensor)) feed = feedOf(call, valuesOf(images), use);
  const epoch = feed.epoch(0);
  check(
    Symbol.iterator in epoch,
    call.subject,
    "images in memory: an ImageSet, bytes, floats, a picture or a tensor",
    describe(images),
    "pass some of the images as one of these",
  );
  return { batches: xsOf(epoch), classNames: feed.classNames };
}

function* xsOf(batches: Iterable<Batch>): Iterable<Tensor> {
  for (const { xs, ys } of batches as Iterable<Batch & { ys?: Tensor }>) {
    ys?.dispose();
    yield xs;
  }
}

function valuesOf(images: Tensor): Uint8Array | Float32Array {
  const values = images.dataSync();
  return images.dtype === "int32" ? Uint8Array.from(values) : Float32Array.from(values);
}
