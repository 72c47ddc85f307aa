/** What layers do to the order of axes and features: one rule for each kind of layer. */
import {
  type Along,
  distinct,
  type FeatureOrder,
  orderOfAxes,
  permuteHere,
  range,
  sameAlong,
  withFirst,
  withLast,
} from "./feature-order.ts";
import type { Layer } from "./layer-weights.ts";
import { count, ordersOf, type Place, placeOf } from "./place.ts";

/** What a rule may ask for. */
export interface Context {
  readonly layer: Layer;
  /** Sizes of the output's axes, without the batch's. */
  readonly shape: readonly number[];
  /** The order of the axes that was told for this layer, from 0. */
  readonly told: readonly number[] | undefined;
  /** Has the units of Dense layers stand in another order from the start. */
  readonly wanted: (units: readonly Layer[], order: Int32Array) => void;
  /** The order of this layer's units, if that was wanted. */
  readonly unitOrder: Along;
}

/** The order of a layer's output by those of its inputs. */
type Rule = (inputs: readonly Place[], context: Context) => Place;

/** Each value stays where it is, in PyTorch, too. */
const inPlace: Rule = ([place]) => place;

/** Batch normalisation: in PyTorch its axis is the first one. */
const channelsFirst: Rule = ([place], context) =>
  withChoice(place, context, (axes) => withFirst(axisOf(context.layer, place.shape), axes));

/** Layers that in PyTorch work on the last axis. */
const featuresLast: Rule = ([place], context) =>
  withChoice(place, context, (axes) => withLast(place.shape.length - 1, axes));

/** The order as it is, or as the layer needs it in PyTorch: who can say if it is put back after? */
function withChoice(
  place: Place,
  context: Context,
  needed: (axes: readonly number[]) => number[],
): Place {
  if (place.shape.length === 1) return place;
  const orders = ordersOf(place, context.wanted);
  const moved = orders.map(({ axes, along }) => ({ axes: needed(axes), along }));
  const more = moved.filter(({ axes }, i) => String(axes) !== String(orders[i].axes));
  return more.length === 0
    ? place
    : placeOf(place.shape, [...orders, ...more], { origin: place.origin });
}

const dense: Rule = (inputs, context) => {
  const { shape, layer, unitOrder } = context;
  if (shape.length === 1) {
    return placeOf(shape, [{ axes: [0], along: [unitOrder] }], { units: [layer] });
  }
  const place = featuresLast(inputs, context);
  const { origin } = place;
  return placeOf(
    shape,
    ordersOf(place, context.wanted).map(({ axes, along }) => ({
      axes,
      along: [...along.slice(0, -1), undefined],
    })),
    { origin },
  );
};

/** Layers that look at a value's neighbours: PyTorch has the channels first there. */
const neighbours =
  (channels: (along: Along, layer: Layer) => Along): Rule =>
  ([place], { shape, layer, wanted }) => {
    const channel = channelAxis(layer, shape.length);
    const along = ordersOf(place, wanted).map((order) => channels(order.along[channel], layer));
    const axes = withFirst(channel, range(shape.length));
    return placeOf(
      shape,
      along.map((indices) => ({
        axes,
        along: axes.map((_, axis) => (axis === channel ? indices : undefined)),
      })),
      { origin: place.origin },
    );
  };

/** Convolutions: their filters' order is their own. */
const convolution = neighbours(() => undefined);

/** The channels stay as they are. */
const pooling = neighbours((along) => along);

/** Each channel becomes `depthMultiplier` channels. */
const depthwise = neighbours(
  (along, layer) => along && repeated(along, configOf(layer).depthMultiplier as number),
);

/** Indices of the channels that a depthwise convolution makes of these. */
export function repeated(along: Int32Array, times: number): Int32Array {
  return Int32Array.from(
    { length: along.length * times },
    (_, i) => along[Math.floor(i / times)] * times + (i % times),
  );
}

const globalPooling: Rule = ([place], { shape, layer, wanted }) => {
  const channel = channelAxis(layer, place.shape.length);
  const orders = ordersOf(place, wanted).map(({ along }) => ({
    axes: [0],
    along: [along[channel]],
  }));
  return placeOf(shape, orders, { origin: place.origin, units: [] });
};

const flattenRule: Rule = ([place], context) => {
  const { layer, shape } = context;
  const rank = place.shape.length;
  if (rank === 1) return place;
  const from =
    configOf(layer).dataFormat === "channelsFirst"
      ? permuted(place, [...range(rank).slice(1), 0], context)
      : place;
  return { ...from, shape, origin: originOf(place, context), told: undefined };
};

const reshape: Rule = ([place], context) => {
  const { layer, told } = context;
  // TensorFlow.js does not work out the size that is left open.
  const open = (configOf(layer).targetShape as (number | null)[]).indexOf(null);
  const rest = count(context.shape.filter((_, i) => i !== open));
  const whole = count(place.shape);
  const shape = context.shape.map((size, i) => (i === open ? whole / rest : size));
  const ranks = [place.shape.length, shape.length];
  if (ranks[0] > 1) return { ...place, shape, origin: originOf(place, context), told: undefined };
  return { ...place, shape, told, origin: place.origin ?? { layer, rank: ranks[1] } };
};

/** Where the order behind a flattening or reshaping layer is to be told: earlier if it was scrambled before. */
function originOf(place: Place, { layer, wanted }: Context): Place["origin"] {
  const orders = ordersOf(place, wanted);
  const clear = orders.every(({ along }) =>
    along.every((indices, axis) => sameAlong(indices, orders[0].along[axis])),
  );
  return clear && orders.length > 0 ? { layer, rank: place.shape.length } : place.origin;
}

function permuted(place: Place, dims: readonly number[], { wanted }: Context): Place {
  const orders = ordersOf(place, wanted).map((order) => permuteHere(order, dims));
  return placeOf(
    dims.map((axis) => place.shape[axis]),
    orders,
    { origin: place.origin },
  );
}

/**
 * In PyTorch a Permute layer may be left out (the axes were in that order all along), or change
 * the axes other than the channels', or all of them.
 */
const permute: Rule = ([place], context) => {
  const dims = (configOf(context.layer).dims as number[]).map((dim) => dim - 1);
  if (dims.every((axis, i) => axis === i)) return place;
  const { base, origin } = permuted(place, dims, context);
  const rank = dims.length;
  return placeOf(
    context.shape,
    base.orders.flatMap(({ axes, along }) => [
      { axes, along },
      { axes: withFirst(axes[0], range(rank)), along },
      { axes: range(rank), along },
    ]),
    { origin },
  );
};

const concatenate: Rule = (inputs, context) => {
  const { shape, layer } = context;
  const { axis: given } = configOf(layer) as { axis: number };
  const axis = given < 0 ? given + shape.length : given - 1;
  const offsets = inputs.map((_, i) =>
    inputs.slice(0, i).reduce((sum, place) => sum + place.shape[axis], 0),
  );
  const joined = (parts: readonly FeatureOrder[]): Along => {
    const all = parts.map(({ along }) => along[axis]);
    if (all.every((indices) => !indices)) return undefined;
    const indices = new Int32Array(shape[axis]);
    all.forEach((part, i) => {
      const size = inputs[i].shape[axis];
      for (let k = 0; k < size; k++) indices[offsets[i] + k] = offsets[i] + (part ? part[k] : k);
    });
    return indices;
  };
  return merged(inputs, context, (parts) =>
    parts[0].along.map((indices, other) => {
      if (other === axis) return joined(parts);
      return parts.every(({ along }) => sameAlong(along[other], indices)) ? indices : "apart";
    }),
  );
};

/** Add, Multiply and the like: what meets must stand in the same place. */
const elementwise: Rule = (inputs, context) => {
  const { shape } = context;
  const rank = shape.length;
  const place = merged(inputs, context, (parts) =>
    range(rank).map((axis) => {
      const met = parts.flatMap(({ along }, i) => {
        const own = axis - (rank - inputs[i].shape.length);
        return own < 0 || inputs[i].shape[own] !== shape[axis] ? [] : [along[own]];
      });
      return met.every((indices) => sameAlong(indices, met[0])) ? met[0] : "apart";
    }),
  );
  if (place.base.orders.length > 0 || rank > 1) return place;
  // Units of Dense layers that meet features in another order take on that order.
  const fixed = inputs.filter(({ units }) => !units?.length);
  const orders = distinct(fixed.flatMap((input) => [...ordersOf(input, context.wanted)]));
  const [along] = orders[0]?.along ?? [];
  if (orders.length !== 1 || !along) return place;
  context.wanted(
    inputs.flatMap(({ units }) => units ?? []),
    along,
  );
  return placeOf(shape, orders, { origin: place.origin });
};

/** The orders that inputs can have together; `combine` gives each axis's, or says that they cannot. */
function merged(
  inputs: readonly Place[],
  { shape, wanted }: Context,
  combine: (parts: readonly FeatureOrder[]) => readonly (Along | "apart")[],
): Place {
  const rank = shape.length;
  let combinations: FeatureOrder[][] = [[]];
  for (const input of inputs) {
    const orders = ordersOf(input, wanted);
    combinations = combinations.flatMap((parts) => orders.map((order) => [...parts, order]));
    if (combinations.length > 500) combinations = [];
  }
  const orders = combinations.flatMap((parts) => {
    const along = combine(parts);
    if (along.includes("apart")) return [];
    // Where their axes stand in other orders, PyTorch has to put one in the other's.
    const full = parts.filter((_, i) => inputs[i].shape.length === rank);
    return full.map(({ axes }) => ({ axes, along: along as Along[] }));
  });
  const unclear = inputs.find((input) => ordersOf(input, wanted).length !== 1);
  const { origin } = unclear ?? inputs.find((input) => input.origin) ?? inputs[0];
  const all = inputs.every(({ units }) => units);
  const units = all ? inputs.flatMap((input) => [...input.units!]) : undefined;
  return placeOf(shape, orders, { origin, units });
}

/** Layers that nobody knows: their output is as here if their inputs are, and if they keep the features. */
const unknown: Rule = (inputs, context) => {
  const { shape, layer, told, wanted } = context;
  const rank = shape.length;
  const asHere = [range(rank), withFirst(rank - 1, range(rank))].map(orderOfAxes);
  const [first] = inputs;
  if (inputs.length === 1 && first.shape.length > rank && count(first.shape) === count(shape)) {
    // A Flatten of one's own, or one at each time: in PyTorch the channels may come first in it.
    const flattened = { ...first, shape, told: undefined };
    const orders = [...ordersOf(flattened, wanted), ...(told ? [] : asHere)];
    return placeOf(shape, orders, { origin: { layer, rank: first.shape.length } });
  }
  const features = shape[rank - 1];
  const keepsFeatures = inputs.some(
    (input) => input.shape.length <= rank || input.shape[input.shape.length - 1] === features,
  );
  if (!keepsFeatures) return placeOf(shape, []);
  const origin = inputs.find((input) => input.origin)?.origin;
  const same = inputs.every((input) => {
    const orders = ordersOf(input, wanted);
    return orders.length > 0 && orders.every(({ along }) => along.every((indices) => !indices));
  });
  return placeOf(shape, same ? asHere : [], { origin, units: rank === 1 ? [] : undefined });
};

/** Each row of the embedding is a row in PyTorch, too. */
const embedding: Rule = (_, { shape }) => placeOf(shape, [orderOfAxes(range(shape.length))]);

/** PyTorch's PReLU has one slope a channel. */
const prelu: Rule = (inputs, context) => {
  const axis = slopeAxis(context.layer, inputs[0].shape);
  return axis === undefined
    ? inputs[0]
    : withChoice(inputs[0], context, (axes) => withFirst(axis, axes));
};

/** The one axis along which the slopes of a PReLU layer differ; `undefined` if there are several. */
export function slopeAxis(layer: Layer, shape: readonly number[]): number | undefined {
  const shared = (configOf(layer).sharedAxes ?? []) as readonly number[];
  const own = range(shape.length).filter((axis) => !shared.includes(axis + 1));
  return own.length === 1 ? own[0] : undefined;
}

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...entries(inPlace, [
    "Activation",
    "AlphaDropout",
    "Dropout",
    "ELU",
    "GaussianDropout",
    "GaussianNoise",
    "Identity",
    "LeakyReLU",
    "Masking",
    "ReLU",
    "Rescaling",
    "Softmax",
    "SpatialDropout1D",
    "ThresholdedReLU",
  ]),
  ...entries(channelsFirst, ["BatchNormalization"]),
  ...entries(featuresLast, ["LayerNormalization"]),
  ...entries(convolution, [
    "Conv1D",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "SeparableConv2D",
  ]),
  ...entries(depthwise, ["DepthwiseConv2D"]),
  ...entries(pooling, [
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "CenterCrop",
    "Cropping2D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
    "RandomHeight",
    "RandomWidth",
    "Resizing",
    "UpSampling2D",
    "ZeroPadding2D",
  ]),
  ...entries(globalPooling, [
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
  ]),
  ...entries(elementwise, ["Add", "Average", "Maximum", "Minimum", "Multiply"]),
  ["Concatenate", concatenate],
  ["Dense", dense],
  ["Embedding", embedding],
  ["Flatten", flattenRule],
  ["PReLU", prelu],
  ["Permute", permute],
  ["Reshape", reshape],
]);

function entries(rule: Rule, classes: readonly string[]): [string, Rule][] {
  return classes.map((name) => [name, rule]);
}

/** The rule for a layer. */
export function ruleOf(layer: Layer): Rule {
  return RULES.get(layer.getClassName()) ?? unknown;
}

/** Whether a layer leaves every axis where it is. */
export function keepsAxes(layer: Layer): boolean {
  const rule = ruleOf(layer);
  return [inPlace, channelsFirst, featuresLast, prelu, elementwise, concatenate].includes(rule);
}

/** The axis that a layer treats as its input's channels, where it says so; without the batch's. */
export function demandedAxis(layer: Layer, rank: number): number | undefined {
  const rule = ruleOf(layer);
  const { dataFormat } = configOf(layer);
  if (rule === flattenRule) return dataFormat === "channelsFirst" ? 0 : undefined;
  if ([convolution, depthwise, pooling, globalPooling].includes(rule)) {
    return channelAxis(layer, rank);
  }
  if (rank < 2) return undefined;
  if (rule === prelu) return slopeAxis(layer, range(rank));
  return rule === channelsFirst ? axisOf(layer, range(rank)) : undefined;
}

/** Whether a layer works on the last axis in PyTorch. */
export function needsFeaturesLast(layer: Layer): boolean {
  return [dense, featuresLast].includes(ruleOf(layer));
}

/** The axis of a batch normalisation, from 0 without the batch's. */
export function axisOf(layer: Layer, shape: readonly number[]): number {
  const { axis } = configOf(layer) as { axis: number };
  return axis < 0 ? axis + shape.length : axis - 1;
}

/** The axis of the channels, without the batch's. */
export function channelAxis(layer: Layer, rank: number): number {
  return configOf(layer).dataFormat === "channelsFirst" ? 0 : rank - 1;
}

export const configOf = (layer: Layer): Record<string, unknown> => layer.getConfig();
