import type { ImageShape } from "../../dataset/image-shape.ts";
import { zcaMatrix, type ImageVisitor } from "./zca-whitening.ts";

/** What `fit` learns from a set; each part only if an option asks for it. */
export interface FeatureStatistics {
  /** Mean of every channel. */
  readonly mean?: Float32Array;
  /** Standard deviation of every channel. */
  readonly std?: Float32Array;
  /** The whitening map, d x d for images of d values. */
  readonly zcaMatrix?: Float32Array;
}

interface StatisticsSettings {
  readonly featurewiseCenter: boolean;
  readonly featurewiseStdNormalization: boolean;
  readonly zcaWhitening: boolean;
  readonly zcaEpsilon: number;
}

/**
 * Computes the statistics that the settings ask for; sums in double precision.
 * @param visitImages gives the `n` images, as often as asked, always the same.
 */
export function computeStatistics(
  visitImages: ImageVisitor,
  n: number,
  shape: ImageShape,
  settings: StatisticsSettings,
): FeatureStatistics {
  if (!settings.featurewiseCenter) return {};
  const channels = shape[2];
  const size = shape[0] * shape[1] * channels;
  const count = (n * size) / channels;
  const mean = Float32Array.from(
    sumByChannel(visitImages, channels, (value) => value),
    (sum) => sum / count,
  );
  const centred: ImageVisitor = (visit) => {
    visitImages((image, index) => {
      visit(
        image.map((value, i) => value - mean[i % channels]),
        index,
      );
    });
  };
  if (settings.zcaWhitening) {
    return { mean, zcaMatrix: zcaMatrix(centred, n, size, settings.zcaEpsilon) };
  }
  if (!settings.featurewiseStdNormalization) return { mean };
  const squares = sumByChannel(centred, channels, (value) => value * value);
  return { mean, std: Float32Array.from(squares, (sum) => Math.sqrt(sum / count)) };
}

function sumByChannel(
  visitImages: ImageVisitor,
  channels: number,
  term: (value: number) => number,
): Float64Array {
  const sums = new Float64Array(channels);
  visitImages((image) => {
    for (let i = 0; i < image.length; i++) sums[i % channels] += term(image[i]);
  });
  return sums;
}
