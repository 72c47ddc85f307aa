/** What layers do to the order of axes and features: one rule for each kind of layer. */
import type { AxisRule, Context } from "./axis-rule.ts";
import { type Along, orderOfAxes, range, repeated, withFirst, withLast } from "./feature-order.ts";
import { concatenate, elementwise } from "./join-rules.ts";
import { axisOf, channelAxis, configOf, slopeAxis } from "./layer-axes.ts";
import type { Layer } from "./layer-weights.ts";
import { count, ordersOf, type TracedTensor, tracedTensor } from "./traced-tensor.ts";
import { flattenRule, permute, reshape } from "./reshape-rules.ts";

/** Each value stays where it is, in PyTorch, too. */
const inPlace: AxisRule = ([place]) => place;

/** Batch normalisation: in PyTorch its axis is the first one. */
const channelsFirst: AxisRule = ([place], context) =>
  withChoice(place, context, (axes) => withFirst(axisOf(context.layer, place.shape.length), axes));

/** Layers that in PyTorch work on the last axis. */
const featuresLast: AxisRule = ([place], context) =>
  withChoice(place, context, (axes) => withLast(place.shape.length - 1, axes));

/** The order as it is, or as the layer needs it in PyTorch: who can say if it is put back after? */
function withChoice(
  place: TracedTensor,
  context: Context,
  needed: (axes: readonly number[]) => number[],
): TracedTensor {
  if (place.shape.length === 1) return place;
  const orders = ordersOf(place, context.wanted);
  const moved = orders.map(({ axes, along }) => ({ axes: needed(axes), along }));
  const more = moved.filter(({ axes }, i) => String(axes) !== String(orders[i].axes));
  return more.length === 0
    ? place
    : tracedTensor(place.shape, [...orders, ...more], { origin: place.origin });
}

const dense: AxisRule = (inputs, context) => {
  const { shape, layer, unitOrder } = context;
  if (shape.length === 1) {
    return tracedTensor(shape, [{ axes: [0], along: [unitOrder] }], { units: [layer] });
  }
  const place = featuresLast(inputs, context);
  const { origin } = place;
  return tracedTensor(
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
  (channels: (along: Along, layer: Layer) => Along): AxisRule =>
  ([place], { shape, layer, wanted }) => {
    const channel = channelAxis(layer, shape.length);
    const along = ordersOf(place, wanted).map((order) => channels(order.along[channel], layer));
    const axes = withFirst(channel, range(shape.length));
    return tracedTensor(
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

const globalPooling: AxisRule = ([place], { shape, layer, wanted }) => {
  const channel = channelAxis(layer, place.shape.length);
  const orders = ordersOf(place, wanted).map(({ along }) => ({
    axes: [0],
    along: [along[channel]],
  }));
  return tracedTensor(shape, orders, { origin: place.origin, units: [] });
};

/** Layers that nobody knows: their output is as here if their inputs are, and if they keep the features. */
const unknown: AxisRule = (inputs, context) => {
  const { shape, layer, givenAxes, wanted } = context;
  const rank = shape.length;
  const asHere = [range(rank), withFirst(rank - 1, range(rank))].map(orderOfAxes);
  const [first] = inputs;
  if (inputs.length === 1 && first.shape.length > rank && count(first.shape) === count(shape)) {
    // A Flatten of one's own, or one at each time: in PyTorch the channels may come first in it.
    const flattened = { ...first, shape, givenAxes: undefined };
    const orders = [...ordersOf(flattened, wanted), ...(givenAxes ? [] : asHere)];
    return tracedTensor(shape, orders, { origin: { layer, rank: first.shape.length } });
  }
  const features = shape[rank - 1];
  const keepsFeatures = inputs.some(
    (input) => input.shape.length <= rank || input.shape[input.shape.length - 1] === features,
  );
  if (!keepsFeatures) return tracedTensor(shape, []);
  const origin = inputs.find((input) => input.origin)?.origin;
  const same = inputs.every((input) => {
    const orders = ordersOf(input, wanted);
    return orders.length > 0 && orders.every(({ along }) => along.every((indices) => !indices));
  });
  return tracedTensor(shape, same ? asHere : [], { origin, units: rank === 1 ? [] : undefined });
};

/** Each row of the embedding is a row in PyTorch, too. */
const embedding: AxisRule = (_, { shape }) =>
  tracedTensor(shape, [orderOfAxes(range(shape.length))]);

/** PyTorch's PReLU has one slope a channel. */
const prelu: AxisRule = (inputs, context) => {
  const axis = slopeAxis(context.layer, inputs[0].shape.length);
  return axis === undefined
    ? inputs[0]
    : withChoice(inputs[0], context, (axes) => withFirst(axis, axes));
};

const RULES: ReadonlyMap<string, AxisRule> = new Map<string, AxisRule>([
  // prettier-ignore
  ...entries(inPlace, [
    "Activation", "AlphaDropout", "Dropout", "ELU", "GaussianDropout", "GaussianNoise", "Identity",
    "LeakyReLU", "Masking", "ReLU", "Rescaling", "Softmax", "SpatialDropout1D", "ThresholdedReLU",
  ]),
  ...entries(channelsFirst, ["BatchNormalization"]),
  ...entries(featuresLast, ["LayerNormalization"]),
  // prettier-ignore
  ...entries(convolution, [
    "Conv1D", "Conv2D", "Conv2DTranspose", "Conv3D", "Conv3DTranspose", "SeparableConv2D",
  ]),
  ...entries(depthwise, ["DepthwiseConv2D"]),
  // prettier-ignore
  ...entries(pooling, [
    "AveragePooling1D", "AveragePooling2D", "AveragePooling3D", "CenterCrop", "Cropping2D",
    "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "RandomHeight", "RandomWidth", "Resizing",
    "UpSampling2D", "ZeroPadding2D",
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

function entries(rule: AxisRule, classes: readonly string[]): [string, AxisRule][] {
  return classes.map((name) => [name, rule]);
}

/** The rule for a layer. */
export function ruleOf(layer: Layer): AxisRule {
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
  if (rule === prelu) return slopeAxis(layer, rank);
  return rule === channelsFirst ? axisOf(layer, rank) : undefined;
}

/** Whether a layer works on the last axis in PyTorch. */
export function needsFeaturesLast(layer: Layer): boolean {
  return [dense, featuresLast].includes(ruleOf(layer));
}
