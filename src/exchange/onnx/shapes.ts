/** Layers that move values, and leave them as they are. */
import { inOrder, type Sizes, Unsupported, type Value, withSecond } from "./graph.ts";
import { channelsOf, type Context, list, type Rule } from "./rule.ts";

/** At use, what only training does. */
const asItIs: Rule = ([value]) => value;

const reshaped = ({ graph, shape }: Context, from: string): Value => {
  // The batch's size as it is; one other may be open.
  const sizes = shape.slice(1).map((size) => size ?? -1);
  const name = graph.node("Reshape", [from, graph.constant([0, ...sizes])]);
  return { name, shape, axes: inOrder(shape) };
};

const flatten: Rule = ([value], { graph, config, shape }) => {
  const { length } = value.shape;
  const last = config.dataFormat === "channelsFirst" && length > 2;
  const order = inOrder(value.shape);
  const x = graph.arranged(value, last ? [0, ...order.slice(2), 1] : order);
  return { name: length > 2 ? graph.node("Flatten", [x]) : x, shape, axes: [0, 1] };
};

/** The tensor stays where it is: its axes have other names. */
const permute: Rule = ([value], { config, shape }) => {
  const dims = [0, ...list(config.dims)];
  return { name: value.name, shape, axes: value.axes.map((axis) => dims.indexOf(axis)) };
};

const repeat: Rule = ([value], { graph, config, shape }) => {
  const x = graph.node("Unsqueeze", [graph.arranged(value), graph.constant([1])]);
  const name = graph.node("Expand", [x, graph.constant([1, Number(config.n), 1])]);
  return { name, shape, axes: inOrder(shape) };
};

/** Pairs of numbers for height and width, on the axes of a value. */
function onAxes(value: Value, config: Context["config"], pairs: number[][]): [number, number[]][] {
  const channels = channelsOf(config, value.shape);
  return inOrder(value.shape)
    .filter((axis) => axis !== 0 && axis !== channels)
    .map((axis, i) => [value.axes.indexOf(axis), pairs[i]]);
}

const pad: Rule = ([value], { graph, config, shape }) => {
  const pads = new Array<number>(2 * shape.length).fill(0);
  for (const [axis, [before, after]] of onAxes(value, config, config.padding as number[][])) {
    pads[axis] = before;
    pads[axis + shape.length] = after;
  }
  return { ...value, shape, name: graph.node("Pad", [value.name, graph.constant(pads)]) };
};

const crop: Rule = ([value], { graph, config, shape }) => {
  const cuts = onAxes(value, config, config.cropping as number[][]);
  const inputs = [
    cuts.map(([, [before]]) => before),
    // Counted from the end; all of it is more than any size.
    cuts.map(([, [, after]]) => (after === 0 ? 2 ** 31 - 1 : -after)),
    cuts.map(([axis]) => axis),
  ].map((values) => graph.constant(values));
  return { ...value, shape, name: graph.node("Slice", [value.name, ...inputs]) };
};

const upsample: Rule = ([value], { graph, config, shape }) => {
  const channels = channelsOf(config, shape);
  const x = graph.arranged(value, withSecond(channels, shape));
  const scales = graph.constant(Float32Array.of(1, 1, ...list(config.size)));
  const mode = config.interpolation === "bilinear" ? "linear" : "nearest";
  const name = graph.node("Resize", [x, "", scales], {
    ...{ mode, coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" },
  });
  return { name, shape, axes: withSecond(channels, shape) };
};

/** Numbers along the last axis, or one for all, as a constant that fits a value. */
function alongLast({ graph }: Context, { axes }: Value, setting: unknown): string {
  const values = list(setting);
  const sizes = axes.map((axis) => (axis === axes.length - 1 ? values.length : 1));
  return graph.constant(Float32Array.from(values), values.length === 1 ? [] : sizes);
}

const rescale: Rule = ([value], context) => {
  const { graph, config } = context;
  const scaled = graph.node("Mul", [value.name, alongLast(context, value, config.scale)]);
  const name = graph.node("Add", [scaled, alongLast(context, value, config.offset)]);
  return { ...value, name };
};

const masking: Rule = () => {
  throw new Unsupported();
};

/** The same sizes with ones behind the batch's, so that there are as many as asked. */
function lengthened(value: Value, { graph }: Context, rank: number): Value {
  const missing = rank - value.shape.length;
  if (missing === 0) return value;
  const ones = Array.from({ length: missing }, (_, i) => i + 1);
  const name = graph.node("Unsqueeze", [graph.arranged(value), graph.constant(ones)]);
  const shape: Sizes = [value.shape[0], ...ones.map(() => 1), ...value.shape.slice(1)];
  return { name, shape, axes: inOrder(shape) };
}

/** Inputs of one rank, in one order of axes; and that order. */
function alike(inputs: readonly Value[], context: Context): [string[], readonly number[]] {
  const rank = Math.max(...inputs.map(({ shape }) => shape.length));
  const { axes } = inputs.find(({ shape }) => shape.length === rank)!;
  const names = inputs.map((value) =>
    context.graph.arranged(lengthened(value, context, rank), axes),
  );
  return [names, axes];
}

const merge =
  (operator: string): Rule =>
  (inputs, context) => {
    const [names, axes] = alike(inputs, context);
    const { graph, shape } = context;
    const name =
      operator === "Mul"
        ? names.reduce((product, factor) => graph.node("Mul", [product, factor]))
        : graph.node(operator, names);
    return { name, shape, axes };
  };

const concatenate: Rule = (inputs, context) => {
  const { graph, config, shape } = context;
  const [names, axes] = alike(inputs, context);
  const given = Number(config.axis);
  const axis = axes.indexOf(given < 0 ? given + shape.length : given);
  return { name: graph.node("Concat", names, { axis }), shape, axes };
};

/** Rules for layers without weights that move values or join them. */
export const shapeRules = (): Readonly<Record<string, Rule>> => ({
  Add: merge("Sum"),
  AlphaDropout: asItIs,
  Average: merge("Mean"),
  Concatenate: concatenate,
  Cropping2D: crop,
  Dropout: asItIs,
  Flatten: flatten,
  GaussianDropout: asItIs,
  GaussianNoise: asItIs,
  Masking: masking,
  Maximum: merge("Max"),
  Minimum: merge("Min"),
  Multiply: merge("Mul"),
  Permute: permute,
  RepeatVector: repeat,
  Rescaling: rescale,
  Reshape: ([value], context) => reshaped(context, context.graph.arranged(value)),
  SpatialDropout1D: asItIs,
  UpSampling2D: upsample,
  ZeroPadding2D: pad,
});
