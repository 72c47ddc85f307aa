/** What a run depends on in its data: hashes of images, and of what is made of them. */
import type { Flow } from "../../augment/flow.ts";
import { bytesOf } from "../../bytes/bytes.ts";
import { sha256 } from "../../bytes/sha256.ts";
import type { ImageSet } from "../../dataset/image-set.ts";
import type { JsonObject } from "../../text/json.ts";

/** Images that stand for a flow: enough for options that rarely act to show. */
const PROBE_IMAGES = 1024;

/** Of the images and labels of a set. */
export async function setIdentity(set: ImageSet): Promise<JsonObject> {
  return {
    length: set.length,
    imageShape: set.imageShape,
    images: await sha256(set.images),
    labels: await hashOf(Int32Array.from(set.labels)),
  };
}

/** Of a flow: its set, if it has one, and what it makes of a sample of it. */
export async function flowIdentity(
  flow: Flow,
  ofSet: (set: ImageSet) => Promise<JsonObject>,
): Promise<JsonObject> {
  return {
    batchSize: flow.batchSize,
    set: flow.set ? await ofSet(flow.set) : null,
    batches: flow.length,
    sample: await sampleOf(flow),
  };
}

/**
 * Over batches from all places of three epochs. Unlike a list of options this also sees what was
 * learned by `fit` and what a function of the user's does.
 */
export async function sampleOf(flow: Flow): Promise<string> {
  const count = Math.min(flow.length, Math.ceil(PROBE_IMAGES / flow.batchSize));
  const hashes: string[] = [];
  for (let i = 0; i < count; i++) {
    const { xs, ys, targets } = flow.batch(i % 3, Math.floor((i * flow.length) / count));
    for (const values of [xs, ys, targets]) if (values) hashes.push(await hashOf(values));
  }
  return sha256(new TextEncoder().encode(hashes.join()));
}

/** SHA-256 of the bytes of an array. */
export const hashOf = (array: ArrayBufferView): Promise<string> => sha256(bytesOf(array));
