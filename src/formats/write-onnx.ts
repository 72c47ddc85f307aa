/** Writes ONNX files: a graph of nodes, with constants. @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto */
import { joinBytes } from "../bytes/bytes.ts";
import { bytes, type Fields, float, integer, message } from "./protobuf.ts";

/** A setting of a node: a whole number or a list of them, a text or a list of texts, or floats. */
export type OnnxAttribute =
  | number
  | readonly number[]
  | string
  | readonly string[]
  | { readonly float: number }
  | { readonly floats: readonly number[] };

/** One operation. An input that is `""` is left out. */
export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** Numbers that do not change. */
export interface OnnxConstant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** An input or output; a size by its name where it is open. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: readonly (number | string)[];
  readonly dtype: "float32" | "int32";
}

/** All that a file says. */
export interface OnnxModel {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Texts for whoever reads the file. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** The versions of ONNX's operators and of its files that go together: ONNX 1.15 of October 2023. */
const OPERATORS = 20;
const FILES = 9;

const DTYPES = { float32: 1, int32: 6 };
const INT64 = 7;

/** The bytes of a file. */
export function writeOnnx(model: OnnxModel): Uint8Array {
  const { name, nodes, constants, inputs, outputs, metadata } = model;
  const graph = [
    ...nodes.map((node) => message(1, nodeFields(node))),
    bytes(2, name),
    ...constants.map((constant) => message(5, constantFields(constant))),
    ...inputs.map((input) => message(11, valueFields(input))),
    ...outputs.map((output) => message(12, valueFields(output))),
  ];
  return joinBytes([
    integer(1, FILES),
    bytes(2, "cifar-kit"),
    message(7, graph),
    message(8, [bytes(1, ""), integer(2, OPERATORS)]),
    ...Object.entries(metadata).map(([key, value]) =>
      message(14, [bytes(1, key), bytes(2, value)]),
    ),
  ]);
}

function nodeFields({ operator, inputs, outputs, attributes }: OnnxNode): Fields {
  return [
    ...inputs.map((name) => bytes(1, name)),
    ...outputs.map((name) => bytes(2, name)),
    bytes(
      3,
      outputs.find((name) => name !== "")!,
    ),
    bytes(4, operator),
    ...Object.entries(attributes).map(([name, value]) =>
      message(5, [bytes(1, name), ...attributeFields(value)]),
    ),
  ];
}

/** The value of an attribute, with the number of its kind. */
function attributeFields(value: OnnxAttribute): Fields {
  const kind = (number: number): Uint8Array => integer(20, number);
  if (typeof value === "number") return [integer(3, value), kind(2)];
  if (typeof value === "string") return [bytes(4, value), kind(3)];
  if ("float" in value) return [float(2, value.float), kind(1)];
  if ("floats" in value) return [...value.floats.map((each) => float(7, each)), kind(6)];
  return typeof value[0] === "string"
    ? [...value.map((each) => bytes(9, String(each))), kind(8)]
    : [...value.map((each) => integer(8, Number(each))), kind(7)];
}

function constantFields({ name, shape, data }: OnnxConstant): Fields {
  return [
    ...shape.map((size) => integer(1, size)),
    integer(2, data instanceof Float32Array ? DTYPES.float32 : INT64),
    bytes(8, name),
    bytes(9, data),
  ];
}

function valueFields({ name, shape, dtype }: OnnxValue): Fields {
  const sizes = shape.map((size) =>
    message(1, [typeof size === "number" ? integer(1, size) : bytes(2, size)]),
  );
  const tensor = message(1, [integer(1, DTYPES[dtype]), message(2, sizes)]);
  return [bytes(1, name), message(2, [tensor])];
}
