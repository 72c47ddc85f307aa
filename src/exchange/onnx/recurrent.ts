/** Layers that go over time steps, and those that apply a layer at each of them. */
import type { OnnxAttribute } from "../../formats/write-onnx.ts";
import { type Graph, inOrder, type Layer, type Sizes, Unsupported, type Value } from "./graph.ts";
import { type Context, known, type Rule, weightOf } from "./rule.ts";

/** Kinds of cells: the gates of TensorFlow.js in ONNX's order, and how many activations follow. */
const CELLS: Readonly<Record<string, { readonly operator: string; readonly gates: number[] }>> = {
  GRU: { operator: "GRU", gates: [0, 1, 2] },
  LSTM: { operator: "LSTM", gates: [0, 3, 1, 2] },
  SimpleRNN: { operator: "RNN", gates: [0] },
};

/** ONNX's activations of cells, with their two numbers. */
const ACTIVATIONS: Readonly<Record<string, readonly [name: string, alpha: number, beta: number]>> =
  {
    elu: ["Elu", 1, 0],
    hardSigmoid: ["HardSigmoid", 0.2, 0.5],
    linear: ["Affine", 1, 0],
    relu: ["Relu", 0, 0],
    sigmoid: ["Sigmoid", 0, 0],
    softplus: ["Softplus", 0, 0],
    softsign: ["Softsign", 0, 0],
    tanh: ["Tanh", 0, 0],
  };

/** A layer with the members that its declaration hides. */
interface Wrapper {
  readonly layer: Layer;
  readonly forwardLayer: Layer;
  readonly backwardLayer: Layer;
  readonly mergeMode: string | null;
}
const inside = (layer: Layer): Wrapper => layer as unknown as Wrapper;

/** A matrix `[n, gates * units]` as `[1, gates * units, n]` with the gates in another order; a bias without n. */
function gated(
  graph: Graph,
  layer: Layer,
  name: string,
  gates: readonly number[],
): string | undefined {
  const variable = weightOf(layer, name);
  return (
    variable &&
    graph.weight(variable, "gates", (data, shape) => {
      const [rows, columns] = name === "bias" ? [1, shape[0]] : (shape as [number, number]);
      const units = columns / gates.length;
      const out = new Float32Array(data.length * (name === "bias" ? 2 : 1));
      gates.forEach((gate, place) => {
        for (let unit = 0; unit < units; unit++) {
          for (let row = 0; row < rows; row++) {
            out[(place * units + unit) * rows + row] = data[row * columns + gate * units + unit];
          }
        }
      });
      // A second bias, of the states, is there as zeros.
      return [out, name === "bias" ? [1, 2 * columns] : [1, columns, rows]];
    })
  );
}

function activationsOf(
  className: string,
  config: Context["config"],
): Record<string, OnnxAttribute> {
  const names = [config.recurrentActivation, config.activation].map(String);
  const used = { GRU: names, LSTM: [...names, names[1]], SimpleRNN: [names[1]] }[className]!;
  const found = used.map((name) => {
    if (!Object.hasOwn(ACTIVATIONS, name)) throw new Unsupported(`with activation ${name}`);
    return ACTIVATIONS[name];
  });
  return {
    activations: found.map(([name]) => name),
    activation_alpha: { floats: found.map(([, alpha]) => alpha) },
    activation_beta: { floats: found.map(([, , beta]) => beta) },
  };
}

/** A recurrent layer; `backward`: the outputs of a reversed one in the order of the steps. */
function recurrent(
  value: Value,
  graph: Graph,
  layer: Layer,
  shape: Sizes,
  { backward = false } = {},
): Value {
  const config = layer.getConfig() as Context["config"];
  const className = layer.getClassName();
  const { operator, gates } = CELLS[className];
  for (const setting of ["returnState", "stateful"]) {
    if (config[setting] === true) throw new Unsupported(`with ${setting}`);
  }
  const x = graph.arranged(value, [1, 0, 2]);
  const inputs = ["kernel", "recurrent_kernel", "bias"].map((name) =>
    gated(graph, layer, name, gates),
  );
  const { returnSequences, goBackwards } = config;
  const units = Number(config.units);
  const outputs = graph.node(
    operator,
    [x, ...inputs.filter((name) => name !== undefined)],
    {
      ...activationsOf(className, config),
      ...{ hidden_size: units, direction: goBackwards === true ? "reverse" : "forward" },
    },
    returnSequences === true ? 0 : 1,
  );
  if (returnSequences !== true) {
    const name = graph.node("Squeeze", [outputs, graph.constant([0])]);
    return { name, shape, axes: [0, 1] };
  }
  let name = graph.node("Squeeze", [outputs, graph.constant([1])]);
  if (goBackwards === true && !backward) name = reversed(graph, name);
  return { name, shape, axes: [1, 0, 2] };
}

/** The steps, which come first, in the order in which a reversed layer came to them. */
function reversed(graph: Graph, name: string): string {
  const [start, end, axis, step] = [-1, -(2 ** 31), 0, -1].map((n) => graph.constant([n]));
  return graph.node("Slice", [name, start, end, axis, step]);
}

const alone: Rule = (inputs, { graph, layer, shape }) => {
  if (inputs.length > 1) throw new Unsupported("with an initial state");
  return recurrent(inputs[0], graph, layer, shape);
};

const bidirectional: Rule = ([value], { graph, layer, shape }) => {
  const { forwardLayer, backwardLayer, mergeMode } = inside(layer);
  for (const each of [forwardLayer, backwardLayer]) {
    if (!Object.hasOwn(CELLS, each.getClassName())) throw new Unsupported("around other layers");
  }
  const [ahead, back] = [
    recurrent(value, graph, forwardLayer, shape),
    recurrent(value, graph, backwardLayer, shape, { backward: true }),
  ];
  if (mergeMode === null) return [ahead, back];
  const both = [ahead.name, back.name];
  const operators: Record<string, string> = { sum: "Sum", mul: "Mul", ave: "Mean" };
  const name =
    mergeMode === "concat"
      ? graph.node("Concat", both, { axis: shape.length - 1 })
      : graph.node(operators[mergeMode], both);
  return { ...ahead, name, shape };
};

/** The layer on all steps of all rows as if they were rows. */
const timeDistributed: Rule = ([value], { graph, layer, shape, apply }) => {
  const inner = inside(layer).layer;
  const [, steps, ...rest] = value.shape;
  const rows = (from: string, sizes: readonly number[]): string =>
    graph.node("Reshape", [from, graph.constant(sizes)]);
  const sizes = rest.map(known);
  const flat = { name: rows(graph.arranged(value), [-1, ...sizes]), shape: [null, ...rest] };
  const result = apply(inner, [{ ...flat, axes: inOrder(flat.shape) }], [null, ...shape.slice(2)]);
  const after = shape.slice(2).map(known);
  const name = rows(graph.arranged(result), [-1, known(steps), ...after]);
  return { name, shape, axes: inOrder(shape) };
};

/** Rules for these layers. */
export const recurrentRules = (): Readonly<Record<string, Rule>> => ({
  Bidirectional: bidirectional,
  GRU: alone,
  LSTM: alone,
  SimpleRNN: alone,
  TimeDistributed: timeDistributed,
});
