import { layers } from "@tensorflow/tfjs-layers";
import { check, describe, isListOf, isObject } from "../checks.ts";
import { checkImageSet } from "../dataset/check-image-set.ts";
import type { ImageSet } from "../dataset/image-set.ts";
import { readOptions, text } from "../options.ts";

/** Mean and standard deviation of the pixels of each channel, in [0, 1]. */
export interface ChannelStatistics {
  /** One number a channel. */
  readonly mean: readonly number[];
  /** One number a channel, above 0; 1 for a channel that is the same everywhere. */
  readonly deviation: readonly number[];
}

/**
 * Mean and standard deviation of each channel over all pixels of the images, scaled from 0..255 to [0, 1].
 * Exact but for the last rounding: the sums are whole numbers.
 * @throws {ArgumentError} if the set is empty or none.
 */
export function channelStatistics(set: ImageSet): ChannelStatistics {
  checkImageSet("channelStatistics", set);
  const channels = set.imageShape[2];
  const counts = Array.from({ length: channels }, () => new Float64Array(256));
  for (let i = 0; i < set.length; i++) {
    const image = set.image(i);
    for (let at = 0; at < image.length; at++) counts[at % channels][image[at]]++;
  }
  const pixels = (set.length * set.imageSize) / channels;
  const means = counts.map((of) => of.reduce((sum, count, byte) => sum + count * byte, 0) / pixels);
  const deviations = counts.map((of, channel) => {
    const squares = of.reduce((sum, count, byte) => sum + count * (byte - means[channel]) ** 2, 0);
    return Math.sqrt(squares / pixels);
  });
  return {
    mean: means.map((mean) => mean / 255),
    deviation: deviations.map((deviation) => (deviation === 0 ? 1 : deviation / 255)),
  };
}

/** Options of {@link normalization}. */
export interface NormalizationOptions {
  /** Name of the layer; default one of TensorFlow.js's. */
  readonly name?: string;
}

/**
 * A layer that normalises each channel of images in [0, 1] to mean 0 and deviation 1, so that a saved model
 * takes images like any other: Keras's `Rescaling`, with a scale and an offset for each channel.
 * @param statistics what {@link channelStatistics} gives.
 * @throws {ArgumentError} if they are none, or an option is unknown.
 */
export function normalization(
  statistics: ChannelStatistics,
  options: NormalizationOptions = {},
): layers.Layer {
  const subject = "normalization";
  const { mean, deviation } = readStatistics(statistics, subject, "statistics");
  const { name } = readOptions(subject, options, { name: text({ optional: true }) });
  const scale = deviation.map((value) => 1 / value);
  const offset = mean.map((value, channel) => -value * scale[channel]);
  // TensorFlow.js declares numbers and broadcasts lists, as Keras does.
  return layers.rescaling({
    ...(name !== undefined && { name }),
    ...({ scale, offset } as object as { scale: number }),
  });
}

/** Takes the statistics of channels as they are given. */
export function readStatistics(value: unknown, subject: string, name: string): ChannelStatistics {
  const { mean, deviation } = (isObject(value) ? value : {}) as Partial<ChannelStatistics>;
  check(
    isListOf(mean, isFinite) &&
      isListOf(deviation, (each): each is number => isFinite(each) && each > 0) &&
      mean.length === deviation.length,
    subject,
    `${name} to be { mean, deviation }, a finite number of each for every channel`,
    describe(value),
    "pass what channelStatistics(set) gives",
  );
  return { mean: [...mean], deviation: [...deviation] };
}

const isFinite = (value: unknown): value is number => Number.isFinite(value);
