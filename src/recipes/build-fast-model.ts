import { initializers, input, layers, type LayersModel, model } from "@tensorflow/tfjs-layers";
import { check, checkInteger, describe, isArray } from "../checks.ts";
import { checkImageSet } from "../dataset/check-image-set.ts";
import type { ImageSet } from "../dataset/image-set.ts";
import {
  type ChannelStatistics,
  channelStatistics,
  ensureTrainable,
  identityFilters,
  normalization,
  whitening,
  withKerasLayers,
} from "../model/index.ts";
import { setClassNames } from "../model/class-names.ts";
import { disposeOnError } from "../model/dispose-on-error.ts";
import {
  intendedImages,
  type IntendedImagesOptions,
  settleImages,
} from "../model/intended-images.ts";
import { anything, reader, readOptions, seed as anySeed } from "../options.ts";
import { deriveSeed } from "../random/stream.ts";
import { compileFast } from "./fast-optimizer.ts";

/** Options of {@link buildFastModel}. */
export interface FastModelOptions extends IntendedImagesOptions {
  /**
   * Images that the model is for: gives it their shape, their classes, their statistics and their patches. What
   * is said besides must agree. Without them nothing is normalised or whitened: the first layer starts at
   * random and learns like the others.
   */
  readonly whiten?: ImageSet;
  /** Filters of the two convolutions of each of three blocks; default `[64, 256, 256]`. */
  readonly widths?: readonly number[];
  /** Fixes the initial weights; any safe integer; default 0. */
  readonly seed?: number;
}

/**
 * Builds the network of "94% on CIFAR-10 in 3.29 seconds on a single GPU" (Jordan, 2024) as an ordinary
 * layers model: the images normalised by channel, a frozen convolution that whitens 2 x 2 patches, three
 * blocks of two convolutions with a pooling behind the first one, each with batch normalisation without a
 * scale and GELU, and a softmax over the largest values of all channels. 1,971,640 weights are trained on
 * ten classes with the default widths. {@link trainFast} trains it.
 *
 * Takes float32 images `[batch, height, width, channels]` in [0, 1] and gives float32 probabilities
 * `[batch, classes]`. The caller disposes the model, and its optimizer with it, with `model.dispose()`.
 *
 * @example
 * const model = buildFastModel({ whiten: train, seed: 1 });
 * await trainFast(model, { train, epochs: 8, seed: 1 });
 * @throws {ArgumentError} if an option is unknown or out of its range, or the images are smaller than 16 x 16
 *   or too few.
 * @throws {BackendError} if no backend is active or the active one cannot train the network.
 */
export function buildFastModel(options: FastModelOptions = {}): LayersModel {
  const subject = "buildFastModel";
  const { whiten: set, ...settings } = readOptions(subject, options, {
    whiten: anything<ImageSet | undefined>(),
    widths: reader({ default: [64, 256, 256] }, readWidths),
    seed: anySeed(),
    ...intendedImages(),
  });
  if (set !== undefined) checkImageSet(subject, set);
  const { classNames, ...shapes } = settleImages(subject, settings, set);
  const [height, width] = shapes.inputShape;
  check(
    Math.min(height, width) >= 16,
    subject,
    "images of at least 16 x 16 pixels, for the network halves them three times",
    `${height} x ${width}`,
    "pass larger images",
  );
  ensureTrainable();
  return disposeOnError(() => {
    const normalized = set && channelStatistics(set);
    const first = set && whitening(set, { normalized });
    const built = fastNetwork({ ...settings, ...shapes, normalized, first });
    compileFast(built);
    if (classNames) setClassNames(built, classNames);
    return built;
  });
}

/** What the network is made of, once the options are settled. */
interface Network extends Required<
  Pick<FastModelOptions, "widths" | "seed" | "inputShape" | "numClasses">
> {
  readonly normalized: ChannelStatistics | undefined;
  /** Of the filters that whiten. */
  readonly first: ReturnType<typeof whitening> | "zeros" | undefined;
}

/** The network, not compiled. */
export function fastNetwork({
  widths,
  seed,
  inputShape,
  numClasses,
  normalized,
  first,
}: Network): LayersModel {
  const initialSeed = (name: string): number => deriveSeed(seed, name, 0);
  let x = input({ shape: [...inputShape], name: "image" });
  const append = (layer: { apply(x: unknown): unknown }): void => {
    x = layer.apply(x) as typeof x;
  };
  const image = x;
  if (normalized) append(normalization(normalized, { name: "normalization" }));
  append(
    layers.conv2d({
      name: first ? "whitening" : "first",
      ...{ filters: 8 * inputShape[2], kernelSize: 2, padding: "same", activation: "gelu" },
      kernelInitializer:
        first ??
        initializers.glorotUniform({ seed: initialSeed("initial weights of the first layer") }),
    }),
  );
  widths.forEach((filters, block) => {
    [1, 2].forEach((part) => {
      const name = (what: string): string => `${what}_${block + 1}_${part}`;
      append(
        layers.conv2d({
          ...{ name: name("conv"), filters, kernelSize: 3, padding: "same", useBias: false },
          kernelInitializer: identityFilters({ seed: initialSeed(name("initial weights")) }),
        }),
      );
      if (part === 1) append(layers.maxPooling2d({ name: name("pool"), poolSize: 2, strides: 2 }));
      // Statistics that follow quickly, as a run of a few hundred steps needs them.
      append(
        layers.batchNormalization({
          name: name("norm"),
          scale: false,
          momentum: 0.6,
          epsilon: 1e-5,
        }),
      );
      append(layers.activation({ name: name("gelu"), activation: "gelu" }));
    });
  });
  append(layers.globalMaxPooling2d({ name: "pool" }));
  // Of deviation 1 / filters: the recipe's authors divide what comes out of the head instead.
  const bound = Math.sqrt(3) / widths.at(-1)!;
  append(
    layers.dense({
      ...{ name: "head", units: numClasses, useBias: false, activation: "softmax" },
      kernelInitializer: initializers.randomUniform({
        ...{ minval: -bound, maxval: bound },
        seed: initialSeed("initial weights of the head"),
      }),
    }),
  );
  return withKerasLayers(model({ inputs: image, outputs: x, name: "fast" }));
}

function readWidths(widths: unknown, subject: string): readonly number[] {
  check(
    isArray(widths) && widths.length === 3,
    subject,
    "widths to be the number of filters of each of three blocks",
    describe(widths),
    "pass e.g. [64, 256, 256]",
  );
  return Array.from(widths, (width, i) => {
    checkInteger(subject, `widths[${i}]`, width, { min: 1 });
    return width;
  });
}
