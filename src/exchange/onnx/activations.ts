/** Functions of one element, and softmax. */
import type { OnnxAttribute } from "../../formats/write-onnx.ts";
import { type Graph, inOrder, Unsupported, type Value } from "./graph.ts";
import { type Rule, weightOf } from "./rule.ts";

type Attributes = Readonly<Record<string, OnnxAttribute>>;

/** Those that are one operation. */
const OPERATORS: Readonly<Record<string, readonly [operator: string, attributes?: Attributes]>> = {
  elu: ["Elu"],
  gelu: ["Gelu"],
  gelu_new: ["Gelu", { approximate: "tanh" }],
  geluNew: ["Gelu", { approximate: "tanh" }],
  hardSigmoid: ["HardSigmoid", { alpha: { float: 0.2 }, beta: { float: 0.5 } }],
  mish: ["Mish"],
  relu: ["Relu"],
  selu: ["Selu"],
  sigmoid: ["Sigmoid"],
  softplus: ["Softplus"],
  softsign: ["Softsign"],
  tanh: ["Tanh"],
};

/** A tensor after one of TensorFlow.js's activations. */
export function activated(graph: Graph, value: Value, activation: unknown): Value {
  const name = (activation ?? "linear") as string;
  if (name === "linear") return value;
  if (name === "relu6") return clipped(graph, value, 6);
  if (name === "softmax" || name === "logSoftmax") {
    return softmax(graph, value, name === "softmax" ? "Softmax" : "LogSoftmax", -1);
  }
  if (name === "swish") {
    const factor = graph.node("Sigmoid", [value.name]);
    return { ...value, name: graph.node("Mul", [value.name, factor]) };
  }
  const found = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (!found) throw new Unsupported(`with activation ${name}`);
  return { ...value, name: graph.node(found[0], [value.name], found[1]) };
}

function clipped(graph: Graph, value: Value, most: number): Value {
  const bounds = [0, most].map((bound) => graph.constant(Float32Array.of(bound), []));
  return { ...value, name: graph.node("Clip", [value.name, ...bounds]) };
}

function softmax(graph: Graph, value: Value, operator: string, given: number): Value {
  const axis = value.axes.indexOf(given < 0 ? given + value.shape.length : given);
  return { ...value, name: graph.node(operator, [value.name], { axis }) };
}

/** A layer that is one operation with a number. */
const withNumber =
  (operator: string, setting: string): Rule =>
  ([value], { graph, config }) => ({
    ...value,
    name: graph.node(operator, [value.name], { alpha: { float: Number(config[setting]) } }),
  });

const prelu: Rule = ([value], { graph, layer }) => {
  const slope = weightOf(layer, "alpha")!;
  // One slope for all rows; its axes are those of the input but for the batch's.
  const name = graph.weight(slope, "slope", (data, shape) => [data, [1, ...shape]]);
  const there = { name, shape: [1, ...(slope.shape as number[])], axes: inOrder(value.shape) };
  const x = graph.arranged(value);
  return { ...value, axes: there.axes, name: graph.node("PRelu", [x, there.name]) };
};

/** Rules for layers that are activations. */
export const activationRules = (): Readonly<Record<string, Rule>> => ({
  Activation: ([value], { graph, config }) => activated(graph, value, config.activation),
  ELU: withNumber("Elu", "alpha"),
  LeakyReLU: withNumber("LeakyRelu", "alpha"),
  PReLU: prelu,
  ReLU: ([value], { graph, config: { maxValue } }) =>
    maxValue == null ? activated(graph, value, "relu") : clipped(graph, value, Number(maxValue)),
  Softmax: ([value], { graph, config }) => softmax(graph, value, "Softmax", Number(config.axis)),
  ThresholdedReLU: withNumber("ThresholdedRelu", "theta"),
});
