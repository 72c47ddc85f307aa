import { tensor } from "@tensorflow/tfjs-core";
import { check } from "../../checks.ts";
import { readOptions, seed as anySeed } from "../../options.ts";
import { randomStream } from "../../random/stream.ts";
import { type Initializer, initializerOf } from "./initializer.ts";

/** Options of {@link identityFilters}. */
export interface IdentityFiltersOptions {
  /** Fixes the other filters; any safe integer; default 0. */
  readonly seed?: number;
}

/**
 * Filters of a convolution that begin by passing their input on: filter j is 1 at its middle for input
 * channel j and 0 elsewhere, as long as there are channels; all others are uniform in +-1/sqrt(fan-in), as
 * PyTorch's are (Jordan, "94% on CIFAR-10 in 3.29 seconds on a single GPU", 2024).
 *
 *     tf.layers.conv2d({ filters: 64, kernelSize: 3, kernelInitializer: identityFilters({ seed: 1 }) })
 *
 * @returns an initializer for `[height, width, inputs, outputs]`; a saved model names it as zeros, which no
 *   reader needs, for the weights are there.
 * @throws {ArgumentError} if an option is unknown or out of its range; in a layer whose filters have
 *   other than four dimensions.
 */
export function identityFilters(options: IdentityFiltersOptions = {}): Initializer {
  const subject = "identityFilters";
  const { seed } = readOptions(subject, options, { seed: anySeed() });
  return initializerOf((shape) => {
    check(
      shape.length === 4,
      subject,
      "filters [height, width, inputs, outputs]",
      `[${shape.join(", ")}]`,
      "use it as the kernelInitializer of a conv2d layer",
    );
    const [height, width, inputs, outputs] = shape;
    const rng = randomStream(seed, "initial weights");
    const bound = 1 / Math.sqrt(height * width * inputs);
    const filters = Float32Array.from(
      { length: height * width * inputs * outputs },
      () => bound * (2 * rng.uniform() - 1),
    );
    const middle = (height >> 1) * width + (width >> 1);
    for (let output = 0; output < Math.min(inputs, outputs); output++) {
      for (let at = output; at < filters.length; at += outputs) filters[at] = 0;
      filters[(middle * inputs + output) * outputs + output] = 1;
    }
    return tensor(filters, [...shape]);
  });
}
