import { serialization } from "@tensorflow/tfjs-core";
import { DataError } from "../../errors.ts";
import { mapJson } from "./json.ts";

/** The types that TensorFlow.js has. */
const DTYPES: readonly string[] = ["float32", "int32", "bool", "complex64", "string"];

/** A layer as a functional model's file describes it. */
interface LayerData {
  readonly name?: unknown;
  readonly class_name?: unknown;
  readonly config?: { readonly name?: unknown } | null;
  readonly inbound_nodes?: unknown;
}

/** A call of a layer: where each of its inputs comes from. */
interface Call {
  readonly layer: string;
  readonly inputs: readonly (readonly [layer: string, call: number])[];
}

/**
 * Throws unless the inputs of a topology have a type, every layer has a name of its own that
 * TensorFlow.js can look up, and takes its inputs from layers that are there, and none from itself:
 * TensorFlow.js would wait for the missing one for ever. The same goes for models inside it.
 * @param topology as it stands in a file, in the form of Keras 2.
 * @throws {DataError} that names the layer.
 */
export function checkTopology(topology: unknown): void {
  mapJson(topology, (_, value) => {
    const { class_name: className, config } = (value ?? {}) as LayerData;
    checkInputType(config);
    const { layers } = (config ?? {}) as { layers?: unknown };
    if (Array.isArray(layers) && className !== "Sequential") checkGraph(layers as LayerData[]);
    return value;
  });
}

/** TensorFlow.js finds out when the model is first used. */
function checkInputType(config: LayerData["config"]): void {
  const { batch_input_shape: shape, dtype } = (config ?? {}) as Record<string, unknown>;
  if (!shape || typeof dtype !== "string" || DTYPES.includes(dtype)) return;
  throw damaged(`an input of type ${DTYPES.join(", ")}`, JSON.stringify(dtype));
}

function checkGraph(layers: readonly (LayerData | null)[]): void {
  /** How often each layer was called so far. */
  const calls = new Map<string, number>();
  let pending: Call[] = [];
  for (const data of layers) {
    const name = data?.name;
    if (typeof name !== "string") throw damaged("a name of every layer", JSON.stringify(name));
    // Two names for one layer are read differently in different places.
    if (data?.config?.name !== name) {
      const got = JSON.stringify(data?.config?.name);
      throw damaged(`the layer ${JSON.stringify(name)} to have this name in its config`, got);
    }
    if (name in Object.prototype) throw unloadable(name);
    if (calls.has(name))
      throw damaged("layers of different names", `two of ${JSON.stringify(name)}`);
    calls.set(name, hasOwnCall(data.class_name) ? 1 : 0);
    pending.push(...callsOf(name, data.inbound_nodes));
  }
  while (pending.length > 0) {
    // In the order in which TensorFlow.js goes about it: what waits is tried again.
    const waiting = pending.filter(({ layer, inputs }) => {
      if (inputs.some(([from, call]) => (calls.get(from) ?? -1) <= call)) return true;
      // A call without inputs is none.
      if (inputs.length > 0) calls.set(layer, calls.get(layer)! + 1);
      return false;
    });
    if (waiting.length === pending.length) throw stuck(waiting, calls);
    pending = waiting;
  }
}

function callsOf(layer: string, nodes: unknown): Call[] {
  const isInput = (input: unknown): input is [string, number, number] =>
    Array.isArray(input) &&
    typeof input[0] === "string" &&
    Number.isInteger(input[1]) &&
    Number.isInteger(input[2]);
  const isNode = (node: unknown): node is [string, number, number][] =>
    Array.isArray(node) && node.every(isInput);
  if (!Array.isArray(nodes) || !nodes.every(isNode)) {
    throw damaged(`lists of inputs as the inbound nodes of ${JSON.stringify(layer)}`, "others");
  }
  return nodes.map((node) => ({
    layer,
    inputs: node.map(([from, call]) => [from, call] as const),
  }));
}

/** Whether a layer of this class counts as called before anything calls it: inputs, and models. */
function hasOwnCall(className: unknown): boolean {
  if (className === "InputLayer") return true;
  const [known] = Object.hasOwn(
    serialization.SerializationMap.getMap().classNameMap,
    String(className),
  )
    ? serialization.SerializationMap.getMap().classNameMap[String(className)]
    : [];
  return typeof (known?.prototype as { getLayer?: unknown } | undefined)?.getLayer === "function";
}

function stuck(waiting: readonly Call[], calls: ReadonlyMap<string, number>): DataError {
  for (const { layer, inputs } of waiting) {
    const missing = inputs.find(([from]) => !calls.has(from))?.[0];
    if (missing === undefined) continue;
    const expected = `a layer ${JSON.stringify(missing)} as an input of ${JSON.stringify(layer)}`;
    return damaged(expected, "none of this name");
  }
  const name = JSON.stringify(waiting[0].layer);
  return damaged(
    `inputs of ${name} that do not wait for one another`,
    "a circle, or a call too few",
  );
}

/** TensorFlow.js keeps the layers of a functional model by their names in a plain object. */
function unloadable(name: string): DataError {
  return new DataError({
    subject: "loadModel",
    expected: "names of layers that no JavaScript object has from the start",
    got: JSON.stringify(name),
    remedy:
      "build the network with another name for this layer, take the weights over with setWeights(), " +
      "and save or convert it again",
  });
}

function damaged(expected: string, got: string): DataError {
  const remedy = "the model's file is damaged or was edited: save or convert the model again";
  return new DataError({ subject: "loadModel", expected, got, remedy });
}
