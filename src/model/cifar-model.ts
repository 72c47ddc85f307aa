import { input, layers, initializers, type LayersModel, model } from "@tensorflow/tfjs-layers";
import { check, checkInteger, describe, isArray } from "../checks.ts";
import type { ImageSet } from "../dataset/image-set.ts";
import { boolean, integer, number, reader, readOptions, seed } from "../options.ts";
import { deriveSeed } from "../random/stream.ts";
import { ensureTrainable } from "./backend/ensure-trainable.ts";
import { setClassNames } from "./class-names.ts";
import {
  chosenOptimizer,
  compileClassifier,
  optimizerChoice,
  type OptimizerChoice,
} from "./compile.ts";
import {
  forImages,
  intendedImages,
  type IntendedImagesOptions,
  settleImages,
} from "./intended-images.ts";
import { withKerasLayers } from "./keras-layers.ts";
import { disposeOnError } from "./dispose-on-error.ts";

/** Options of {@link buildCifarModel}. */
export interface CifarModelOptions extends OptimizerChoice, IntendedImagesOptions {
  /**
   * Images that the model is for: gives it their shape and the names of their classes, for
   * {@link classNamesOf}. What is said besides must agree.
   */
  readonly for?: Pick<ImageSet, "imageShape" | "classNames">;
  /**
   * Filters of the two convolutions of each block; default `[32, 64, 128]`. Each block halves height
   * and width, rounding down.
   */
  readonly filters?: readonly number[];
  /** Units of the hidden dense layer; default 1024. */
  readonly denseUnits?: number;
  /** Share of values that each dropout layer drops, in [0, 1); default 0.2. */
  readonly dropoutRate?: number;
  /**
   * Share of their moving averages that the batch normalisations keep at each step, in [0, 1); default
   * 0.99, which takes some 500 steps to forget where it began. For fewer steps less: 0.9 takes 50.
   */
  readonly batchNormMomentum?: number;
  /** Fixes initial weights and dropout masks; any safe integer; default 0. */
  readonly seed?: number;
  /** Whether to compile, with sparse categorical cross-entropy and accuracy; default true. */
  readonly compile?: boolean;
}

/** What the network is made of, once the options are settled. */
type Network = Required<
  Omit<CifarModelOptions, keyof OptimizerChoice | "for" | "classNames" | "compile">
>;

/**
 * Builds the notebook's Keras CNN as an ordinary TensorFlow.js layers model: blocks of two 3x3 ReLU
 * convolutions, each followed by batch normalisation, and a 2x2 max-pooling; then dropout, a dense
 * ReLU layer, dropout, and a softmax. 2,397,226 parameters with the default options.
 *
 * Weights start as in Keras (glorot uniform, zero biases), the layers behave as Keras's do, and
 * equal seeds give equal weights on every backend. Takes float32 images `[batch, height, width,
 * channels]` in [0, 1] and gives float32 probabilities `[batch, numClasses]`. The caller disposes
 * the model with `model.dispose()`, which disposes its optimizer, too.
 *
 * @example
 * const set = await imageFolder("pictures", { imageShape: [32, 32, 3] });
 * const model = buildCifarModel({ for: set, seed: 1 });
 * @throws {ArgumentError} if an option is unknown, out of its range, or does not agree with another.
 * @throws {BackendError} if no backend is active or the active one cannot train the network.
 */
export function buildCifarModel(options: CifarModelOptions = {}): LayersModel {
  const subject = "buildCifarModel";
  const unit = { min: 0, max: 1, exclusiveMax: true };
  const settings = readOptions(subject, options, {
    for: forImages(),
    ...intendedImages(),
    filters: reader({ default: [32, 64, 128] }, readFilters),
    denseUnits: integer({ min: 1, default: 1024 }),
    dropoutRate: number({ ...unit, default: 0.2 }),
    batchNormMomentum: number({ ...unit, default: 0.99 }),
    seed: seed(),
    compile: boolean({ default: true }),
    ...optimizerChoice(),
  });
  const { compile } = settings;
  check(
    compile || (options.optimizer === undefined && options.learningRate === undefined),
    subject,
    "no optimizer or learningRate with compile: false",
    "one",
    "leave out compile, or name the optimizer in model.compile({ optimizer, loss })",
  );
  const { classNames, ...shapes } = settleImages(subject, settings, settings.for);
  const network: Network = { ...settings, ...shapes };
  checkSize(subject, network);
  const optimizer = chosenOptimizer(subject, settings);
  ensureTrainable();
  // A network too large for the memory leaves nothing of itself there.
  return disposeOnError(() => {
    const built = withKerasLayers(assemble(network));
    if (compile) compileClassifier(built, optimizer);
    if (classNames) setClassNames(built, classNames);
    return built;
  });
}

function assemble(network: Network): LayersModel {
  const { inputShape, filters, denseUnits, numClasses, dropoutRate: rate } = network;
  let initialized = 0;
  const kernelInitializer = (): ReturnType<typeof initializers.glorotUniform> =>
    initializers.glorotUniform({
      seed: deriveSeed(network.seed, "initial weights", initialized++),
    });
  const numbered = nameCounter();

  const image = input({ shape: [...inputShape], name: "input_1" });
  let x = image;
  const append = (layer: { apply(x: unknown): unknown }): void => {
    x = layer.apply(x) as typeof image;
  };
  for (const count of filters) {
    for (let repeat = 0; repeat < 2; repeat++) {
      append(
        layers.conv2d({
          name: numbered("conv2d"),
          filters: count,
          kernelSize: 3,
          padding: "same",
          activation: "relu",
          kernelInitializer: kernelInitializer(),
        }),
      );
      append(
        layers.batchNormalization({
          name: numbered("batch_normalization"),
          momentum: network.batchNormMomentum,
        }),
      );
    }
    append(layers.maxPooling2d({ name: numbered("max_pooling2d"), poolSize: 2, strides: 2 }));
  }
  append(layers.flatten({ name: numbered("flatten") }));
  const dropout = (index: number): void => {
    const seed = deriveSeed(network.seed, "dropout layer", index);
    append(layers.dropout({ name: numbered("dropout"), rate, seed }));
  };
  const dense = (units: number, activation: "relu" | "softmax"): void => {
    const initializer = { kernelInitializer: kernelInitializer() };
    append(layers.dense({ name: numbered("dense"), units, activation, ...initializer }));
  };
  dropout(0);
  dense(denseUnits, "relu");
  dropout(1);
  dense(numClasses, "softmax");
  return model({ inputs: image, outputs: x, name: "model" });
}

/** Far beyond what learns from small pictures, and below what one array of a backend can hold. */
const MOST_WEIGHTS = 2 ** 28;

/** Keras's layer names: `conv2d`, `conv2d_1`, ..., counted anew for every model. */
function nameCounter(): (base: string) => string {
  const counts = new Map<string, number>();
  return (base) => {
    const count = counts.get(base) ?? 0;
    counts.set(base, count + 1);
    return count === 0 ? base : `${base}_${count}`;
  };
}

function readFilters(filters: unknown, subject: string): readonly number[] {
  check(
    isArray(filters) && filters.length > 0,
    subject,
    "filters to be a list with the number of filters of each block",
    describe(filters),
    "pass e.g. [32, 64, 128]",
  );
  // From a list with holes, which forEach passes over.
  Array.from(filters).forEach((count, i) => {
    checkInteger(subject, `filters[${i}]`, count, { min: 1 });
  });
  check(
    filters.length <= 30,
    subject,
    "at most 30 blocks, each of which halves the picture",
    `${filters.length}`,
    "leave out blocks",
  );
  return filters as number[];
}

/** Throws, before anything is allocated, if the pictures vanish or the weights are too many to train. */
function checkSize(subject: string, network: Network): void {
  const { inputShape, filters, denseUnits, numClasses } = network;
  const [height, width, channels] = inputShape;
  // Each block halves the picture; at least one pixel must be left at the end.
  const smallest = 2 ** filters.length;
  check(
    Math.min(height, width) >= smallest,
    subject,
    `images of at least ${smallest} x ${smallest} pixels, which ${filters.length} blocks halve to one`,
    `${height} x ${width}`,
    "pass fewer filters, or make the images larger",
  );
  let weights = 0;
  let before = channels;
  for (const count of filters) {
    // Two convolutions with their biases, two batch normalisations.
    weights += 9 * before * count + 9 * count * count + 10 * count;
    before = count;
  }
  const halved = (side: number): number => Math.floor(side / smallest);
  const flat = halved(height) * halved(width) * before;
  weights += flat * denseUnits + denseUnits + denseUnits * numClasses + numClasses;
  check(
    weights <= MOST_WEIGHTS,
    subject,
    `a network of at most ${MOST_WEIGHTS} weights (1 GiB; training needs four times as much)`,
    `${weights}`,
    "choose fewer filters, denseUnits or classes, more blocks, or smaller images",
  );
}
