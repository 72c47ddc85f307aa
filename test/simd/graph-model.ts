/** Small graphs as tfjs-converter reads them, made in the test. */
import { type GraphModel, loadGraphModelSync } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";
import { random } from "./backends.ts";

/** A tensor by its values, or numbers that look random by their shape. */
export interface Data {
  readonly shape: number[];
  readonly values?: readonly (number | string | boolean)[];
  readonly dtype: "float32" | "int32" | "bool" | "string";
  readonly seed?: number;
}

export type Attribute =
  | number
  | string
  | boolean
  | readonly number[]
  | readonly string[]
  | { readonly shape: readonly number[] }
  | { readonly func: string };

/** Name, operation, names of inputs, attributes. */
export type Node = [
  name: string,
  op: string,
  inputs?: readonly string[],
  attributes?: Readonly<Record<string, Attribute>>,
];

/** A function of the graph, for control flow: its arguments and results by their nodes. */
export interface GraphFunction {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly nodes: readonly Node[];
  readonly output: string;
}

export interface Graph {
  readonly inputs: Readonly<Record<string, Data>>;
  readonly nodes: readonly Node[];
  readonly outputs: readonly string[];
  readonly functions?: readonly GraphFunction[];
  /** Whether it can only be run step by step: control flow, and sizes that follow from values. */
  readonly isDynamic?: boolean;
}

const DTYPES = { float32: "DT_FLOAT", int32: "DT_INT32", bool: "DT_BOOL", string: "DT_STRING" };

/** As the JSON of a GraphDef has it. */
function encoded(value: Attribute): object {
  if (typeof value === "boolean") return { b: value };
  if (typeof value === "number") return Number.isInteger(value) ? { i: value } : { f: value };
  if (typeof value === "string") {
    return value.startsWith("DT_") ? { type: value } : { s: btoa(value) };
  }
  if ("func" in value) return { func: { name: value.func } };
  if ("shape" in value) return { shape: { dim: value.shape.map((size) => ({ size })) } };
  const list = value as readonly (number | string)[];
  const kind = typeof list[0] === "string" ? "s" : "i";
  return { list: { [kind]: list.map((item) => (typeof item === "string" ? btoa(item) : item)) } };
}

const nodeDef = ([name, op, input = [], attributes = {}]: Node): object => ({
  name,
  op,
  input,
  attr: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, encoded(value)])),
});

/** The model of a graph, loaded from what a file would hold. */
export function graphModel({
  inputs,
  nodes,
  outputs,
  functions = [],
}: Graph): GraphModel<tf.io.IOHandlerSync> {
  const placeholders = Object.entries(inputs).map(([name, { shape, dtype }]) =>
    nodeDef([name, "Placeholder", [], { dtype: DTYPES[dtype], shape: { shape } }]),
  );
  const library = {
    function: functions.map(({ name, inputs: args, nodes: body, output }) => ({
      signature: {
        name,
        inputArg: args.map((arg) => ({ name: arg, type: "DT_FLOAT" })),
        outputArg: [{ name: "result", type: "DT_FLOAT" }],
      },
      nodeDef: body.map(nodeDef),
      ret: { result: output },
    })),
  };
  return loadGraphModelSync({
    modelTopology: {
      node: [...placeholders, ...nodes.map(nodeDef)],
      library,
      versions: { producer: 1, minConsumer: 0 },
    },
    format: "graph-model",
    weightSpecs: [{ name: "limit", shape: [], dtype: "float32" }],
    weightData: Float32Array.of(20).buffer,
    signature: {
      outputs: Object.fromEntries(outputs.map((name) => [name, { name }])),
    },
  });
}

/** The results of a graph, on the inputs that it comes with. */
export async function execute(
  model: GraphModel<tf.io.IOHandlerSync>,
  { inputs, outputs, isDynamic }: Graph,
): Promise<tf.Tensor[]> {
  const given = Object.fromEntries(
    Object.entries(inputs).map(([name, data]) => [name, tensorOf(data)]),
  );
  const names = [...outputs];
  return [isDynamic ? await model.executeAsync(given, names) : model.execute(given, names)].flat();
}

/** The tensor that some data describe. */
export function tensorOf({ shape, values, dtype, seed = 0 }: Data): tf.Tensor {
  if (values) return tf.tensor(values as number[], shape, dtype);
  return random(shape as never, { seed, dtype: dtype as "float32" });
}
