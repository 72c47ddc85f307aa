import { input, layers, initializers, type LayersModel, model } from "@tensorflow/tfjs-layers";
import {
  check,
  checkBoolean,
  checkInteger,
  checkNumber,
  checkOptions,
  checkSeed,
  describe,
  isArray,
} from "../checks.ts";
import { deriveSeed } from "../random/stream.ts";
import { ensureTrainable } from "./backend/ensure-trainable.ts";
import { compileOwning } from "./compile.ts";
import { withKerasLayers } from "./keras-layers.ts";
import { orNothing } from "./leftovers.ts";
import { adam } from "./optimizers/adam.ts";

/** Options of {@link buildCifarModel}. */
export interface CifarModelOptions {
  /** Height, width and channels of the images; default `[32, 32, 3]`. */
  readonly inputShape?: readonly [height: number, width: number, channels: number];
  /** Number of classes, at least 2; default 10. */
  readonly numClasses?: number;
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
  /** Whether to compile with Adam, sparse categorical cross-entropy and accuracy; default true. */
  readonly compile?: boolean;
  /** Adam's learning rate, above 0; default 0.001. For another optimizer call `model.compile`. */
  readonly learningRate?: number;
}

const OPTIONS = [
  "inputShape",
  "numClasses",
  "filters",
  "denseUnits",
  "dropoutRate",
  "batchNormMomentum",
  "seed",
  "compile",
  "learningRate",
] as const;

/**
 * Builds the notebook's Keras CNN as an ordinary TensorFlow.js layers model: blocks of two 3x3 ReLU
 * convolutions, each followed by batch normalisation, and a 2x2 max-pooling; then dropout, a dense
 * ReLU layer, dropout, and a softmax. 2,397,226 parameters with the default options.
 *
 * Weights start as in Keras (glorot uniform, zero biases), the layers behave as Keras's do, and
 * equal seeds give equal weights on every backend. Takes float32 images `[batch, height, width,
 * channels]` in [0, 1] and gives float32 probabilities `[batch, numClasses]`. The caller disposes
 * the model with `model.dispose()`.
 *
 * @throws {ArgumentError} if an option is unknown or out of its range.
 * @throws {BackendError} if no backend is active or the active one cannot train the network.
 */
export function buildCifarModel(options: CifarModelOptions = {}): LayersModel {
  const subject = "buildCifarModel";
  checkOptions(subject, options, OPTIONS);
  const {
    inputShape = [32, 32, 3],
    numClasses = 10,
    filters = [32, 64, 128],
    denseUnits = 1024,
    dropoutRate = 0.2,
    batchNormMomentum = 0.99,
    seed = 0,
    compile = true,
    learningRate = 0.001,
  } = options;
  checkShape(subject, inputShape, filters);
  checkInteger(subject, "numClasses", numClasses, { min: 2 });
  checkInteger(subject, "denseUnits", denseUnits, { min: 1 });
  checkNumber(subject, "dropoutRate", dropoutRate, { min: 0, max: 1, exclusiveMax: true });
  checkNumber(subject, "batchNormMomentum", batchNormMomentum, {
    min: 0,
    max: 1,
    exclusiveMax: true,
  });
  checkSeed(subject, seed);
  checkBoolean(subject, "compile", compile);
  checkNumber(subject, "learningRate", learningRate, { min: 0, exclusiveMin: true });
  checkSize(subject, inputShape, filters, denseUnits, numClasses);
  ensureTrainable();
  // A network too large for the memory leaves nothing of itself there.
  return orNothing(() =>
    assemble({
      inputShape,
      numClasses,
      filters,
      denseUnits,
      dropoutRate,
      batchNormMomentum,
      seed,
      compile,
      learningRate,
    }),
  );
}

/** Builds the network of checked options. */
function assemble({
  inputShape,
  numClasses,
  filters,
  denseUnits,
  dropoutRate,
  batchNormMomentum: momentum,
  seed,
  compile,
  learningRate,
}: Required<CifarModelOptions>): LayersModel {
  let initialized = 0;
  const kernelInitializer = (): ReturnType<typeof initializers.glorotUniform> =>
    initializers.glorotUniform({ seed: deriveSeed(seed, "initial weights", initialized++) });
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
      append(layers.batchNormalization({ name: numbered("batch_normalization"), momentum }));
    }
    append(layers.maxPooling2d({ name: numbered("max_pooling2d"), poolSize: 2, strides: 2 }));
  }
  append(layers.flatten({ name: numbered("flatten") }));
  const dropout = (index: number): void => {
    append(
      layers.dropout({
        name: numbered("dropout"),
        rate: dropoutRate,
        seed: deriveSeed(seed, "dropout layer", index),
      }),
    );
  };
  dropout(0);
  append(
    layers.dense({
      name: numbered("dense"),
      units: denseUnits,
      activation: "relu",
      kernelInitializer: kernelInitializer(),
    }),
  );
  dropout(1);
  append(
    layers.dense({
      name: numbered("dense"),
      units: numClasses,
      activation: "softmax",
      kernelInitializer: kernelInitializer(),
    }),
  );

  const built = withKerasLayers(model({ inputs: image, outputs: x, name: "model" }));
  if (compile) {
    compileOwning(built, adam({ learningRate }), {
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
    });
  }
  return built;
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

function checkShape(
  subject: string,
  inputShape: readonly number[],
  filters: readonly number[],
): void {
  check(
    isArray(inputShape) && inputShape.length === 3,
    subject,
    "inputShape to be [height, width, channels]",
    describe(inputShape),
    "pass e.g. [32, 32, 3]",
  );
  check(
    isArray(filters) && filters.length > 0,
    subject,
    "filters to be a list with the number of filters of each block",
    describe(filters),
    "pass e.g. [32, 64, 128]",
  );
  filters.forEach((count, i) => {
    checkInteger(subject, `filters[${i}]`, count, { min: 1 });
  });
  check(
    filters.length <= 30,
    subject,
    "at most 30 blocks, each of which halves the picture",
    `${filters.length}`,
    "leave out blocks",
  );
  // Each block halves the picture; at least one pixel must be left at the end.
  const smallest = 2 ** filters.length;
  checkInteger(subject, "inputShape[0]", inputShape[0], { min: smallest });
  checkInteger(subject, "inputShape[1]", inputShape[1], { min: smallest });
  checkInteger(subject, "inputShape[2]", inputShape[2], { min: 1 });
}

/** Throws, before anything is allocated, if the network has more weights than can be trained. */
function checkSize(
  subject: string,
  [height, width, channels]: readonly number[],
  filters: readonly number[],
  denseUnits: number,
  numClasses: number,
): void {
  let weights = 0;
  let before = channels;
  for (const count of filters) {
    // Two convolutions with their biases, two batch normalisations.
    weights += 9 * before * count + 9 * count * count + 10 * count;
    before = count;
  }
  const halved = (side: number): number => Math.floor(side / 2 ** filters.length);
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
