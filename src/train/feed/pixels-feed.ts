/** Pixels in memory, to ask a model about. */
import { tensor } from "@tensorflow/tfjs-core";
import { allocate } from "../../bytes/allocate.ts";
import type { Bytes } from "../../bytes/bytes.ts";
import { check } from "../../checks.ts";
import { convertChannels } from "../../dataset/channels.ts";
import { checkedPicture } from "../../dataset/checked-picture.ts";
import type { Pixels } from "../../dataset/resample.ts";
import { modelInternals } from "../../model/internals.ts";
import { warnOfByteLikeFloats, warnOfScalingTwice } from "./byte-like.ts";
import type { Batch, ModelCall, Feed, FeedUse } from "./feed.ts";
import { checkFinitePixels, checkInputShape } from "./model-input.ts";

/** Bytes, scaled to [0, 1]. */
export function bytesFeed(call: ModelCall, bytes: Bytes, use: FeedUse): Feed<Batch> {
  const feed = rowsFeed(call, bytes, use, (from, to) => {
    const floats = allocate(Float32Array, to - from, {
      subject: call.subject,
      what: "a batch of images as floats",
      remedy: "choose a smaller batchSize",
    });
    for (let i = from; i < to; i++) floats[i - from] = bytes[i] / 255;
    return floats;
  });
  warnOfScalingTwice(call.subject, call.model);
  return feed;
}

/** Floats as they are; a copy, so that nobody can change them under way. */
export function floatsFeed(call: ModelCall, floats: Float32Array, use: FeedUse): Feed<Batch> {
  const feed = rowsFeed(call, floats, use, (from, to) => floats.slice(from, to));
  const bad = floats.findIndex((value) => !Number.isFinite(value));
  const image = Math.floor(bad / sizeOf(inputShape(call)));
  checkFinitePixels(call.subject, bad === -1, `${floats[bad]} in image ${image}`);
  const largest = floats.reduce((most, value) => Math.max(most, value));
  warnOfByteLikeFloats(call.subject, call.model, largest);
  return feed;
}

/** One picture, with the channels that the model takes. */
export function pictureFeed(call: ModelCall, picture: Pixels, use: FeedUse): Feed<Batch> {
  const { subject } = call;
  const { data, width, height, channels } = checkedPicture(subject, picture);
  const shape = inputShape(call);
  const [rows, columns, wanted] = shape;
  check(
    shape.length === 3 && height === rows && width === columns,
    subject,
    `a picture of the model's size, ${shape.slice(0, 2).join(" x ")}`,
    `${height} x ${width}`,
    "make it fit with resizeImage",
  );
  if (channels === wanted) return bytesFeed(call, data, use);
  check(
    wanted === 1 || wanted === 3,
    subject,
    `a picture with ${wanted} channels, as the model's images have`,
    `${channels}`,
    "pass the bytes themselves",
  );
  return bytesFeed(call, convertChannels(data, channels, wanted), use);
}

function rowsFeed(
  call: ModelCall,
  pixels: Bytes | Float32Array,
  { batchSize }: FeedUse,
  read: (from: number, to: number) => Float32Array,
): Feed<Batch> {
  const { subject, model } = call;
  const shape = inputShape(call);
  checkInputShape(subject, model, shape);
  const size = sizeOf(shape);
  check(
    pixels.length > 0 && pixels.length % size === 0,
    subject,
    `a whole number of ${shape.join(" x ")} images (${size} values each), at least one`,
    `${pixels.length} values`,
    "pass all values of each image",
  );
  const length = pixels.length / size;
  return {
    steps: Math.ceil(length / batchSize),
    *epoch() {
      for (let from = 0; from < length; from += batchSize) {
        const to = Math.min(length, from + batchSize);
        const xs = tensor(read(from * size, to * size), [to - from, ...shape], "float32");
        yield { xs, size: to - from };
      }
    },
  };
}

/** Of one image, as far as the model says it. */
const inputShape = ({ model }: ModelCall): number[] =>
  modelInternals(model).inputs[0].shape.slice(1) as number[];

const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, extent) => product * extent, 1);
