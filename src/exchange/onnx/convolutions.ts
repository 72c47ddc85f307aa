/** Layers that look at a value's neighbours. */
import { sourceIndices } from "../../formats/permute.ts";
import type { OnnxAttribute } from "../../formats/write-onnx.ts";
import { activated } from "./activations.ts";
import { type Graph, inOrder, type Layer, type Sizes, type Value, withSecond } from "./graph.ts";
import { channelsOf, type Context, list, type Rule, weightOf } from "./rule.ts";

type Attributes = Record<string, OnnxAttribute>;

/** Where a window of a kernel goes. */
interface Window {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padding: unknown;
}

/** Sizes without the batch's and the channels'. */
function spatial(shape: Sizes, channels: number): (number | null)[] {
  return shape.filter((_, axis) => axis !== 0 && axis !== channels);
}

/** As many entries as there are axes, of a setting that may be one for all. */
function each(setting: unknown, count: number): number[] {
  const given = list(setting ?? 1);
  return given.length === count ? given : Array.from({ length: count }, () => given[0]);
}

/** How a window goes over sizes: "same" pads more at the end. */
function windowing(window: Window, inputs: readonly (number | null)[]): Attributes {
  const { sizes, strides, dilations, padding } = window;
  const attributes: Attributes = { kernel_shape: sizes, strides };
  if (dilations.some((dilation) => dilation !== 1)) attributes.dilations = dilations;
  if (padding === "valid") return attributes;
  if (inputs.includes(null)) return { ...attributes, auto_pad: "SAME_UPPER" };
  const pads = sizes.map((size, i) => {
    const [input, stride] = [inputs[i]!, strides[i]];
    const reach = (Math.ceil(input / stride) - 1) * stride + (size - 1) * dilations[i] + 1;
    const missing = Math.max(reach - input, 0);
    const before = padding === "causal" ? missing : Math.floor(missing / 2);
    return [before, missing - before];
  });
  return { ...attributes, pads: [...pads.map(([begin]) => begin), ...pads.map(([, end]) => end)] };
}

/** A weight with its axes in another order. */
function kernelOf(
  graph: Graph,
  layer: Layer,
  name: string,
  axes: readonly number[],
  reshape = (shape: number[]): number[] => shape,
): string {
  return graph.weight(weightOf(layer, name)!, axes.join(), (data, shape) => [
    Float32Array.from(sourceIndices(shape, axes), (index) => data[index]),
    reshape(axes.map((axis) => shape[axis])),
  ]);
}

function biasOf(graph: Graph, layer: Layer): string[] {
  const bias = weightOf(layer, "bias");
  return bias ? [graph.weight(bias, "bias", (data, shape) => [data, [...shape]])] : [];
}

/** What an operation with the channels second gives, which is of that order, too. */
function result({ graph, config, shape }: Context, name: string): Value {
  const value = { name, shape, axes: withSecond(channelsOf(config, shape), shape) };
  return activated(graph, value, config.activation);
}

function windowOf({ config }: Context, count: number): Window {
  const { kernelSize, strides, dilationRate, padding } = config;
  return {
    sizes: each(kernelSize, count),
    strides: each(strides, count),
    dilations: each(dilationRate, count),
    padding,
  };
}

/** The input as convolutions take it, and the sizes that its windows go over. */
function prepared(value: Value, { graph, config }: Context): [string, (number | null)[]] {
  const channels = channelsOf(config, value.shape);
  return [graph.arranged(value, withSecond(channels, value.shape)), spatial(value.shape, channels)];
}

const convolution: Rule = ([value], context) => {
  const { graph, layer } = context;
  const [x, sizes] = prepared(value, context);
  const count = sizes.length;
  // (height, width, in, out) -> (out, in, height, width)
  const axes = [count + 1, count, ...inOrder(sizes)];
  const inputs = [x, kernelOf(graph, layer, "kernel", axes), ...biasOf(graph, layer)];
  return result(context, graph.node("Conv", inputs, windowing(windowOf(context, count), sizes)));
};

/** A convolution of each channel by itself, without what comes behind it. */
function depthwise(value: Value, context: Context, bias: readonly string[]): string {
  const { graph, layer } = context;
  const [x, sizes] = prepared(value, context);
  // (height, width, in, multiplier) -> (in * multiplier, 1, height, width)
  const merged = ([channels, multiplier, ...rest]: number[]): number[] => [
    ...[channels * multiplier, 1, ...rest],
  ];
  const kernel = kernelOf(graph, layer, "depthwise_kernel", [2, 3, 0, 1], merged);
  return graph.node("Conv", [x, kernel, ...bias], {
    ...windowing(windowOf(context, sizes.length), sizes),
    group: weightOf(layer, "depthwise_kernel")!.shape[2]!,
  });
}

const depthwiseConvolution: Rule = ([value], context) =>
  result(context, depthwise(value, context, biasOf(context.graph, context.layer)));

const separableConvolution: Rule = ([value], context) => {
  const { graph, layer } = context;
  const pointwise = kernelOf(graph, layer, "pointwise_kernel", [3, 2, 0, 1]);
  const inputs = [depthwise(value, context, []), pointwise, ...biasOf(graph, layer)];
  return result(context, graph.node("Conv", inputs));
};

const transposedConvolution: Rule = ([value], context) => {
  const { graph, layer } = context;
  const [x, inputs] = prepared(value, context);
  const { sizes, strides, padding } = windowOf(context, inputs.length);
  // What goes over the edge is cut off, what is missing is added at the end.
  const over = sizes.map((size, i) => (padding === "same" ? Math.max(size - strides[i], 0) : 0));
  const begin = over.map((all) => Math.floor(all / 2));
  const attributes: Attributes = {
    ...{ kernel_shape: sizes, strides },
    pads: [...begin, ...over.map((all, i) => all - begin[i])],
    output_padding: sizes.map((size, i) => Math.max(strides[i] - size, 0)),
  };
  const count = inputs.length;
  // (height, width, out, in) -> (in, out, height, width)
  const kernel = kernelOf(graph, layer, "kernel", [count + 1, count, ...inOrder(inputs)]);
  return result(
    context,
    graph.node("ConvTranspose", [x, kernel, ...biasOf(graph, layer)], attributes),
  );
};

const pooling =
  (operator: string): Rule =>
  ([value], context) => {
    const [x, sizes] = prepared(value, context);
    const { poolSize, strides, padding } = context.config;
    const count = sizes.length;
    const window = {
      ...{ sizes: each(poolSize, count), strides: each(strides ?? poolSize, count), padding },
      dilations: each(1, count),
    };
    return result(context, context.graph.node(operator, [x], windowing(window, sizes)));
  };

/** Over all but the batch's and the channels' axes. */
const globalPooling =
  (operator: string): Rule =>
  ([value], { graph, config, shape }) => {
    const channels = channelsOf(config, value.shape);
    const over = inOrder(value.shape).filter((i) => ![0, channels].includes(value.axes[i]));
    const name = graph.node(operator, [value.name, graph.constant(over)], { keepdims: 0 });
    return { name, shape, axes: [0, 1] };
  };

function families(rule: Rule, ...classes: readonly string[]): Record<string, Rule> {
  return Object.fromEntries(classes.map((name) => [name, rule]));
}

/** Rules for convolutions and pooling. */
export const convolutionRules = (): Readonly<Record<string, Rule>> => ({
  ...families(convolution, "Conv1D", "Conv2D", "Conv3D"),
  ...families(transposedConvolution, "Conv2DTranspose", "Conv3DTranspose"),
  DepthwiseConv2D: depthwiseConvolution,
  SeparableConv2D: separableConvolution,
  ...families(pooling("MaxPool"), "MaxPooling1D", "MaxPooling2D", "MaxPooling3D"),
  ...families(pooling("AveragePool"), "AveragePooling1D", "AveragePooling2D", "AveragePooling3D"),
  ...families(globalPooling("ReduceMean"), "GlobalAveragePooling1D", "GlobalAveragePooling2D"),
  ...families(globalPooling("ReduceMax"), "GlobalMaxPooling1D", "GlobalMaxPooling2D"),
});
