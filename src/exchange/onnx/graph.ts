/**
 * An ONNX graph that grows, with tensors that know in which order they have their axes.
 *
 * Images have their channels last in TensorFlow.js and first in ONNX. A tensor stays in the order in which
 * an operation gave it until one needs another: then it is transposed, once.
 */
import type { LayersModel, LayerVariable } from "@tensorflow/tfjs-layers";
import type { OnnxAttribute, OnnxConstant, OnnxNode } from "../../formats/write-onnx.ts";

/** A layer as TensorFlow.js knows it. */
export type Layer = LayersModel["layers"][number];

/** Sizes by TensorFlow.js's axes; `null` where they are open. */
export type Sizes = readonly (number | null)[];

/** A tensor of the graph. */
export interface Value {
  readonly name: string;
  readonly shape: Sizes;
  /** Which axis of `shape` each axis of the tensor is. */
  readonly axes: readonly number[];
}

/** What of a layer ONNX does not have. */
export class Unsupported extends Error {}

/** The axes in TensorFlow.js's order. */
export const inOrder = ({ length }: { readonly length: number }): number[] =>
  Array.from({ length }, (_, i) => i);

/** The batch's axis first, then a given one, then the others. */
export const withSecond = (axis: number, shape: Sizes): number[] => [
  0,
  axis,
  ...inOrder(shape).filter((other) => other !== 0 && other !== axis),
];

export class Graph {
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxConstant[] = [];
  /** The layer that is being written: its name begins those of its tensors. */
  scope = "";
  readonly #names = new Set<string>();
  readonly #transposed = new Map<string, string>();
  readonly #weights = new Map<LayerVariable, Map<string, string>>();

  /** A name that nothing in the graph has so far. */
  unique(base: string): string {
    let name = base;
    for (let i = 1; this.#names.has(name); i++) name = `${base}_${i}`;
    this.#names.add(name);
    return name;
  }

  /** Adds an operation; gives the name of its output, or of that at `output` of several. */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    output = 0,
  ): string {
    const name = this.unique(`${this.scope}/${operator}`);
    const outputs = [...Array.from({ length: output }, () => ""), name];
    this.nodes.push({ operator, inputs, outputs, attributes });
    return name;
  }

  /** The name of a constant; of whole numbers if `data` is no Float32Array. */
  constant(
    data: Float32Array | readonly number[],
    shape: readonly number[] = [data.length],
    base = "constant",
  ): string {
    const name = this.unique(`${this.scope}/${base}`);
    const values = data instanceof Float32Array ? data : BigInt64Array.from(data, BigInt);
    this.constants.push({ name, shape, data: values });
    return name;
  }

  /** The name of a constant made of a weight, once however often its layer is called. */
  weight(
    variable: LayerVariable,
    form: string,
    make: (data: Float32Array, shape: readonly number[]) => readonly [Float32Array, number[]],
  ): string {
    const forms = this.#weights.get(variable) ?? new Map<string, string>();
    this.#weights.set(variable, forms);
    let name = forms.get(form);
    if (name === undefined) {
      const data = Float32Array.from(variable.read().dataSync());
      const [values, shape] = make(data, variable.shape as number[]);
      name = this.constant(values, shape, variable.originalName.split("/").pop());
      forms.set(form, name);
    }
    return name;
  }

  /** The name of a tensor with its axes in an order, by default TensorFlow.js's. */
  arranged({ name, axes, shape }: Value, order: readonly number[] = inOrder(shape)): string {
    const perm = order.map((axis) => axes.indexOf(axis));
    if (perm.every((axis, i) => axis === i)) return name;
    const key = `${name} ${perm.join()}`;
    const made = this.#transposed.get(key) ?? this.node("Transpose", [name], { perm });
    this.#transposed.set(key, made);
    return made;
  }
}
