import type { Bytes } from "../../bytes/bytes.ts";
import type { ImageShape } from "../../dataset/image-shape.ts";
import { notAPromise } from "../../runtime/listener.ts";
import { checkedImage } from "./check-image.ts";
import type { FeatureStatistics } from "./feature-statistics.ts";
import { applyWhitening } from "./zca-whitening.ts";

/**
 * Changes one image, given as float32 pixels in 0..255 in NHWC order, and returns the result, which
 * must have the same length. It may write to its argument, which is a copy.
 */
export type PreprocessingFunction = (
  image: Float32Array,
  shape: ImageShape,
) => Float32Array | Bytes;

interface StandardizeSettings {
  readonly preprocessingFunction: PreprocessingFunction | undefined;
  readonly rescale: number;
  readonly samplewiseCenter: boolean;
  readonly samplewiseStdNormalization: boolean;
}

/** Keeps a deviation of 0 from dividing by 0; Keras's constant. */
const EPSILON = 1e-6;

/**
 * What becomes of an image after its transform, in Keras's order: the preprocessing function,
 * `rescale`, the image's own mean and deviation, the set's mean and deviation, whitening. Works in
 * place and in float32, with sums taken in double precision.
 */
export class Standardizer {
  readonly #settings: StandardizeSettings;
  readonly #statistics: FeatureStatistics;
  readonly #shape: ImageShape;
  readonly #size: number;

  constructor(shape: ImageShape, settings: StandardizeSettings, statistics: FeatureStatistics) {
    this.#settings = settings;
    this.#statistics = statistics;
    this.#shape = shape;
    this.#size = shape[0] * shape[1] * shape[2];
  }

  /** Whether all there is to do is to multiply by `rescale`. */
  get onlyRescales(): boolean {
    const { preprocessingFunction, samplewiseCenter, samplewiseStdNormalization } = this.#settings;
    return (
      preprocessingFunction === undefined &&
      !samplewiseCenter &&
      !samplewiseStdNormalization &&
      Object.values(this.#statistics).every((statistic) => statistic === undefined)
    );
  }

  /** Standardises the image that begins at `pixels[at]`. */
  apply(pixels: Float32Array, at: number): void {
    const { preprocessingFunction, rescale } = this.#settings;
    const { mean, std, zcaMatrix } = this.#statistics;
    const end = at + this.#size;
    if (preprocessingFunction) {
      const result = notAPromise(
        "preprocessingFunction",
        "it",
        preprocessingFunction(pixels.slice(at, end), this.#shape),
      );
      pixels.set(checkedImage("preprocessingFunction", result, this.#shape), at);
    }
    const factor = Math.fround(rescale);
    if (factor !== 1) for (let i = at; i < end; i++) pixels[i] *= factor;
    this.#standardizeSample(pixels, at);
    if (mean) this.#byChannel(pixels, at, mean, (value, m) => value - m);
    if (std) this.#byChannel(pixels, at, std, (value, s) => value / Math.fround(s + EPSILON));
    if (zcaMatrix) applyWhitening(pixels, at, zcaMatrix);
  }

  #standardizeSample(pixels: Float32Array, at: number): void {
    const { samplewiseCenter, samplewiseStdNormalization } = this.#settings;
    const end = at + this.#size;
    if (samplewiseCenter) {
      let sum = 0;
      for (let i = at; i < end; i++) sum += pixels[i];
      const mean = Math.fround(sum / this.#size);
      for (let i = at; i < end; i++) pixels[i] -= mean;
    }
    if (samplewiseStdNormalization) {
      let sum = 0;
      for (let i = at; i < end; i++) sum += pixels[i];
      const mean = sum / this.#size;
      let squares = 0;
      for (let i = at; i < end; i++) squares += (pixels[i] - mean) ** 2;
      const deviation = Math.fround(Math.fround(Math.sqrt(squares / this.#size)) + EPSILON);
      for (let i = at; i < end; i++) pixels[i] /= deviation;
    }
  }

  /** Combines every value with the statistic of its channel. */
  #byChannel(
    pixels: Float32Array,
    at: number,
    statistic: Float32Array,
    combine: (value: number, statistic: number) => number,
  ): void {
    const channels = statistic.length;
    for (let i = 0; i < this.#size; i++) {
      pixels[at + i] = combine(pixels[at + i], statistic[i % channels]);
    }
  }
}
