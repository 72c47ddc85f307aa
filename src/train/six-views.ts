import {
  dispose,
  mirrorPad,
  reverse,
  slice,
  type Tensor,
  type Tensor4D,
  tidy,
} from "@tensorflow/tfjs-core";
import { check } from "../checks.ts";
import type { Batch } from "./feed/feed.ts";
import type { Views } from "./outputs.ts";

/** Of the image and its mirror image, and of both moved up and left, and down and right. */
const WEIGHTS = [0.25, 0.25, 0.125, 0.125, 0.125, 0.125];
/** Below it a probability counts as this: the logarithm of 0 is none. */
const LEAST = 1e-38;

/**
 * Six views of each image: itself, moved by one pixel up and left, and down and right (what comes in is
 * reflected, without the edge), and the mirror images of these. Their logits are averaged, those not moved
 * with twice the weight of the others (Jordan, airbench, 2024).
 */
export function sixViews(subject: string): Views {
  return {
    of: views,
    mean(outputs, n) {
      const k = outputs[0].length / n;
      check(
        outputs.every((output) => areProbabilities(output, k)),
        subject,
        'a model that gives probabilities, with testTimeAugmentation: "six"',
        "other numbers",
        'end the model with softmax, or take testTimeAugmentation: "flip"',
      );
      return meanOfLogits(outputs, k);
    },
  };
}

function* views({ xs }: Batch): Iterable<Tensor> {
  const moved = tidy(() => {
    const [, height, width, channels] = xs.shape as [number, number, number, number];
    const around: [number, number][] = [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ];
    const padded = mirrorPad(xs as Tensor4D, around, "reflect");
    return [2, 0].map((at) => slice(padded, [0, at, at, 0], [-1, height, width, channels]));
  });
  const mirrors: Tensor[] = [];
  try {
    for (const view of [xs, ...moved]) {
      const mirror = reverse(view, 2);
      mirrors.push(mirror);
      yield view;
      yield mirror;
    }
  } finally {
    dispose([xs, ...moved, ...mirrors]);
  }
}

/** Rows of numbers from 0 to 1 that make 1; a single column is the probability of one of two classes. */
function areProbabilities(output: Float32Array, k: number): boolean {
  for (let row = 0; row < output.length; row += k) {
    let sum = 0;
    for (let i = 0; i < k; i++) {
      const p = output[row + i];
      // NaN is somebody else's to find.
      if (p < 0 || p > 1.001) return false;
      sum += p;
    }
    if (k > 1 && Math.abs(sum - 1) > 0.01) return false;
  }
  return true;
}

/** Probabilities of the weighted mean of the logits of several rows each. */
function meanOfLogits(outputs: readonly Float32Array[], k: number): Float32Array {
  const mean = new Float32Array(outputs[0].length);
  const logit = (p: number): number =>
    Math.log(Math.max(p, LEAST)) - (k === 1 ? Math.log(Math.max(1 - p, LEAST)) : 0);
  for (let row = 0; row < mean.length; row += k) {
    const logits = Array.from({ length: k }, (_, i) =>
      outputs.reduce((sum, output, view) => sum + WEIGHTS[view] * logit(output[row + i]), 0),
    );
    const largest = Math.max(...logits);
    const powers = logits.map((value) => Math.exp(value - largest));
    const sum = powers.reduce((a, b) => a + b);
    powers.forEach((power, i) => {
      mean[row + i] = k === 1 ? 1 / (1 + Math.exp(-logits[0])) : power / sum;
    });
  }
  return mean;
}
