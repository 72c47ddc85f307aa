import { tensor } from "@tensorflow/tfjs-core";
import { addGram } from "../../augment/keras/gram.ts";
import { symmetricEigen } from "../../augment/keras/symmetric-eigen.ts";
import { check } from "../../checks.ts";
import { checkImageSet } from "../../dataset/check-image-set.ts";
import type { ImageSet } from "../../dataset/image-set.ts";
import { integer, number, reader, readOptions } from "../../options.ts";
import { type ChannelStatistics, readStatistics } from "../channel-statistics.ts";
import { type Initializer, initializerOf } from "./initializer.ts";

/** Options of {@link whitening}. */
export interface WhiteningOptions {
  /** Side of the patches, which is the layer's `kernelSize`; at least 1; default 2. */
  readonly size?: number;
  /** How many images are looked at, from the first on; at least 1; default 5,000. */
  readonly images?: number;
  /** Added to each variance, so that hardly any is not blown up; above 0; default 0.0005. */
  readonly epsilon?: number;
  /** By which the pixels, in [0, 1], are normalised before they come to the layer; default not at all. */
  readonly normalized?: ChannelStatistics;
}

/**
 * Filters of a first convolution whose outputs are uncorrelated and of variance 1 over the patches of
 * these images: the eigenvectors of their covariance (not centred), each divided by the root of its
 * eigenvalue plus epsilon, largest first, and then the negatives of all of them (Jordan, "94% on CIFAR-10 in
 * 3.29 seconds on a single GPU", 2024). They are there to stay: freeze the layer.
 *
 *     const { imageShape } = train;
 *     const first = tf.layers.conv2d({
 *       inputShape: [...imageShape], filters: 24, kernelSize: 2, kernelInitializer: whitening(train), trainable: false,
 *     });
 *
 * @returns an initializer for `[size, size, channels, 2 size size channels]`, which is made when it is first
 *   asked for; a saved model names it as zeros, which no reader needs, for the weights are there.
 * @throws {ArgumentError} if an option is unknown or out of its range, or the images have fewer patches than
 *   a patch has values; in a layer of another shape.
 */
export function whitening(set: ImageSet, options: WhiteningOptions = {}): Initializer {
  const subject = "whitening";
  const { size, images, epsilon, normalized } = readOptions(subject, options, {
    size: integer({ min: 1, default: 2 }),
    images: integer({ min: 1, default: 5000 }),
    epsilon: number({ min: 0, exclusiveMin: true, default: 5e-4 }),
    normalized: reader({ optional: true }, readStatistics),
  });
  checkImageSet(subject, set);
  const [height, width, channels] = set.imageShape;
  const values = size * size * channels;
  const count = Math.min(images, set.length);
  const patches = count * Math.max(0, height - size + 1) * Math.max(0, width - size + 1);
  check(
    patches >= values,
    subject,
    `at least ${values} patches, of ${values} values each`,
    `${patches} of ${count} ${height} x ${width} images`,
    "pass more images, or a smaller size",
  );
  return initializerOf((shape) => {
    const wanted = [size, size, channels, 2 * values];
    check(
      String(shape) === String(wanted),
      subject,
      `a layer with filters [${wanted.join(", ")}]`,
      `[${shape.join(", ")}]`,
      `give it kernelSize: ${size} and filters: ${2 * values}`,
    );
    const { vectors, variances } = principalPatches(set, size, count, normalized);
    const filters = new Float32Array(values * 2 * values);
    variances.forEach((variance, i) => {
      const factor = 1 / Math.sqrt(Math.max(variance, 0) + epsilon);
      for (let at = 0; at < values; at++) {
        const value = vectors[i][at] * factor;
        filters[at * 2 * values + i] = value;
        filters[at * 2 * values + values + i] = -value;
      }
    });
    return tensor(filters, wanted);
  });
}

/** Eigenvectors of the patches' covariance, as (row, column, channel), by falling variance. */
function principalPatches(
  set: ImageSet,
  size: number,
  count: number,
  { mean, deviation }: Partial<ChannelStatistics> = {},
): { vectors: Float64Array[]; variances: number[] } {
  const [height, width, channels] = set.imageShape;
  const values = size * size * channels;
  const [down, across] = [height - size + 1, width - size + 1];
  // A row for each value of a patch, a column for each of an image's patches.
  const rows = new Float64Array(values * down * across);
  const gram = new Float64Array(values * values);
  const pixel = new Float64Array(set.imageSize);
  for (let i = 0; i < count; i++) {
    set.image(i).forEach((byte, at) => {
      const channel = at % channels;
      pixel[at] = (byte / 255 - (mean?.[channel] ?? 0)) / (deviation?.[channel] ?? 1);
    });
    for (let value = 0, at = 0; value < values; value++) {
      const channel = value % channels;
      const column = Math.floor(value / channels) % size;
      const row = Math.floor(value / channels / size);
      for (let r = row; r < row + down; r++) {
        for (let c = column; c < column + across; c++) {
          rows[at++] = pixel[(r * width + c) * channels + channel];
        }
      }
    }
    addGram(rows, values, down * across, gram);
  }
  const eigen = symmetricEigen(
    gram.map((sum) => sum / (count * down * across)),
    values,
  );
  const order = Array.from(eigen.values.keys()).sort((a, b) => eigen.values[b] - eigen.values[a]);
  return {
    vectors: order.map((k) => eigen.vectors.slice(k * values, (k + 1) * values)),
    variances: order.map((k) => eigen.values[k]),
  };
}
