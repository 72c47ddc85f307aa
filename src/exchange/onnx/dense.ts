/** Layers with weights that look at one place of a value: products, lookups, normalisations. */
import { activated } from "./activations.ts";
import { type Graph, inOrder, Unsupported, type Value, withSecond } from "./graph.ts";
import { type Context, known, list, type Rule, weightOf } from "./rule.ts";

const plain = (graph: Graph, context: Context, weight: string): string | undefined => {
  const variable = weightOf(context.layer, weight);
  return variable && graph.weight(variable, "plain", (data, shape) => [data, [...shape]]);
};

const dense: Rule = ([value], context) => {
  const { graph, shape, config } = context;
  const x = graph.arranged(value);
  const kernel = plain(graph, context, "kernel")!;
  const bias = plain(graph, context, "bias");
  let name: string;
  if (shape.length === 2) name = graph.node("Gemm", bias ? [x, kernel, bias] : [x, kernel]);
  else {
    name = graph.node("MatMul", [x, kernel]);
    if (bias) name = graph.node("Add", [name, bias]);
  }
  return activated(graph, { name, shape, axes: inOrder(shape) }, config.activation);
};

const embedding: Rule = ([value], context) => {
  const { graph, shape, config } = context;
  if (config.maskZero === true) throw new Unsupported("with maskZero");
  // As TensorFlow.js does it, whatever the type of the input.
  const indices = graph.node("Cast", [graph.arranged(value)], { to: 6 });
  const name = graph.node("Gather", [plain(graph, context, "embeddings")!, indices]);
  return { name, shape, axes: inOrder(shape) };
};

const axisOf = (axis: number, { shape }: Value): number => (axis < 0 ? axis + shape.length : axis);

const batchNormalization: Rule = ([value], context) => {
  const { graph, config, shape } = context;
  const axis = axisOf(Number(config.axis), value);
  const axes = withSecond(axis, shape);
  const channels = known(shape[axis]);
  const filled = (number: number): string =>
    graph.constant(new Float32Array(channels).fill(number), [channels]);
  const inputs = [
    graph.arranged(value, axes),
    plain(graph, context, "gamma") ?? filled(1),
    plain(graph, context, "beta") ?? filled(0),
    plain(graph, context, "moving_mean")!,
    plain(graph, context, "moving_variance")!,
  ];
  const epsilon = { float: Number(config.epsilon) };
  return { name: graph.node("BatchNormalization", inputs, { epsilon }), shape, axes };
};

const layerNormalization: Rule = ([value], context) => {
  const { graph, config, shape } = context;
  const own = list(config.axis).map((axis) => axisOf(axis, value));
  const axes = [...inOrder(shape).filter((axis) => !own.includes(axis)), ...own];
  const sizes = own.map((axis) => known(shape[axis]));
  const ones = (): string => {
    const count = sizes.reduce((product, size) => product * size, 1);
    return graph.constant(new Float32Array(count).fill(1), sizes);
  };
  const inputs = [graph.arranged(value, axes), plain(graph, context, "gamma") ?? ones()];
  const beta = plain(graph, context, "beta");
  const name = graph.node("LayerNormalization", beta ? [...inputs, beta] : inputs, {
    ...{ axis: shape.length - own.length, epsilon: { float: Number(config.epsilon) } },
  });
  return { name, shape, axes };
};

/** Rules for these layers. */
export const denseRules = (): Readonly<Record<string, Rule>> => ({
  BatchNormalization: batchNormalization,
  Dense: dense,
  Embedding: embedding,
  LayerNormalization: layerNormalization,
});
