/** How the numbers of one weight stand in PyTorch. */
import { sourceIndices } from "../../formats/permute.ts";
import {
  type Along,
  type FeatureOrder,
  flatten,
  range,
  repeated,
  sameAlong,
} from "./feature-order.ts";
import type { Visit } from "./follow-axes.ts";
import { axisAt, axisOf, channelAxis, configOf, slopeAxis } from "./layer-axes.ts";
import type { LayerWeight, PlacedLayer } from "./layer-weights.ts";

/** A weight's sizes, its axes in PyTorch's order, and the order along each. */
interface WeightOrder {
  readonly view: readonly number[];
  readonly axes: readonly number[];
  readonly along: readonly Along[];
}

/** `undefined` for a weight that PyTorch has not. */
export function weightOrder(
  { layer, className }: PlacedLayer,
  { name, shape }: LayerWeight,
  { shape: input }: Visit,
  order: FeatureOrder,
  units: Along,
): WeightOrder | undefined {
  const rank = shape.length;
  switch (className) {
    case "Dense":
      return name === "kernel"
        ? { view: shape, axes: [1, 0], along: [order.along[input.length - 1], units] }
        : { view: shape, axes: [0], along: [units] };
    case "BatchNormalization":
      return { view: shape, axes: [0], along: [order.along[axisOf(layer, input.length)]] };
    case "LayerNormalization": {
      const given = configOf(layer).axis as number | number[];
      const own = [given].flat().map((axis) => axisAt(axis, input.length));
      const axes = order.axes.filter((axis) => own.includes(axis)).map((axis) => own.indexOf(axis));
      return { view: shape, axes, along: own.map((axis) => order.along[axis]) };
    }
    case "PReLU": {
      const axis = slopeAxis(layer, input.length);
      if (axis === undefined) return undefined;
      return { view: [input[axis]], axes: [0], along: [order.along[axis]] };
    }
    case "Embedding":
      return { view: shape, axes: [0, 1], along: [] };
    case "DepthwiseConv2D": {
      const channels = order.along[channelAxis(layer, input.length)];
      const times = configOf(layer).depthMultiplier as number;
      // (height, width, in, multiplier) -> (in, multiplier, height, width)
      return name === "bias"
        ? { view: shape, axes: [0], along: [channels && repeated(channels, times)] }
        : { view: shape, axes: [2, 3, 0, 1], along: [undefined, undefined, channels] };
    }
    default: {
      if (name === "bias") return { view: shape, axes: [0], along: [] };
      // (height, width, in, out) -> (out, in, height, width); transposed: out and in change places.
      const inputs = rank - (className.endsWith("Transpose") ? 1 : 2);
      const along = new Array<Along>(rank).fill(undefined);
      along[inputs] = order.along[channelAxis(layer, input.length)];
      return { view: shape, axes: [rank - 1, rank - 2, ...range(rank - 2)], along };
    }
  }
}

/** The values in PyTorch's order, or from there in the order here. */
export function reordered(
  values: Float32Array,
  { view, axes, along }: WeightOrder,
  to: "here" | "there",
): Float32Array {
  const sources = sourceIndices(view, axes, along);
  const out = new Float32Array(values.length);
  for (let i = 0; i < out.length; i++) {
    if (to === "there") out[i] = values[sources[i]];
    else out[sources[i]] = values[i];
  }
  return out;
}

export function sameWeightOrder(a: WeightOrder | undefined, b: WeightOrder | undefined): boolean {
  if (!a || !b) return a === b;
  if (a === b) return true;
  // Several axes may stand in another order where all but one have size 1.
  if (String(a.axes) !== String(b.axes)) return sameAlong(flatten(a.view, a), flatten(b.view, b));
  return a.view.every((_, axis) => sameAlong(a.along[axis], b.along[axis]));
}

export function pyTorchShape(
  className: string,
  { name }: LayerWeight,
  order: WeightOrder,
): readonly number[] {
  const sizes = order.axes.map((axis) => order.view[axis]);
  if (className !== "DepthwiseConv2D" || name === "bias") return sizes;
  const [channels, multiplier, height, width] = sizes;
  return [channels * multiplier, 1, height, width];
}
