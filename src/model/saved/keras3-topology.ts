import type { io } from "@tensorflow/tfjs-core";
import { DataError } from "../../errors.ts";
import { KERAS_REMEDY, type Json, mapJson } from "./json.ts";

/** Layers' settings of Keras 3 that TensorFlow.js would pass over, with the values that mean nothing. */
const WITHOUT_EFFECT: Readonly<Record<string, readonly unknown[]>> = {
  groups: [1],
  keepdims: [false],
  renorm: [false],
  rms_scaling: [false],
  threshold: [0],
};

/** Activations that are called otherwise in TensorFlow.js; `undefined` for those that it lacks. */
const ACTIVATIONS = new Map([
  ["silu", "swish"],
  // TensorFlow.js has the one of Keras 2, with other values.
  ["hard_sigmoid", undefined],
]);

/**
 * A topology that Keras 3 wrote, in the form of Keras 2, which TensorFlow.js reads.
 * @throws {DataError} if a layer does what TensorFlow.js cannot; names it.
 */
export function fromKeras3(topology: Json): Json {
  // From the inside out: what a layer holds is converted before the layer.
  return mapJson(topology, (key, value) => {
    if (key === "inbound_nodes" && Array.isArray(value)) return value.map(inboundNode);
    if (key === "input_layers" || key === "output_layers") return listOfEnds(value);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return object(value as NonNullable<Json>);
  }) as Json;
}

/**
 * Weights by the names that TensorFlow.js gives them: `layer/kernel`. Keras 3 puts the models that a
 * layer is in before it, and calls a depthwise kernel just kernel.
 * @param topology as Keras 3 wrote it.
 */
export function weightsOfKeras3(
  topology: Json,
  weightSpecs: readonly io.WeightsManifestEntry[],
): io.WeightsManifestEntry[] {
  const models = new Set<unknown>();
  const depthwise = new Set<unknown>();
  mapJson(topology, (_, value) => {
    const { class_name: className, config } = (value ?? {}) as {
      class_name?: unknown;
      config?: Json;
    };
    if (Array.isArray(config?.layers)) models.add(config.name);
    if (className === "DepthwiseConv2D") depthwise.add(config?.name);
    return value;
  });
  return weightSpecs.map((spec) => {
    const parts = spec.name.split("/");
    while (parts.length > 2 && models.has(parts[0])) parts.shift();
    if (depthwise.has(parts[0]) && parts[1] === "kernel") parts[1] = "depthwise_kernel";
    return { ...spec, name: parts.join("/") };
  });
}

/** A layer, an initializer, a policy: whatever is written as a class with its settings. */
function object(value: NonNullable<Json>): unknown {
  const { class_name: className } = value;
  const config = value.config as Json;
  switch (className) {
    case "DTypePolicy":
      // Weights are kept in float32 under every policy.
      return "float32";
    case "function":
      return config;
    case "ReLU":
      // A layer of its own in TensorFlow.js.
      if (config?.threshold && config.max_value == null && !config.negative_slope) {
        const { name, trainable = true, threshold: theta } = config;
        return { ...value, class_name: "ThresholdedReLU", config: { name, trainable, theta } };
      }
      break;
    case "L1":
    case "L2":
      return { class_name: "L1L2", config: { l1: 0, l2: 0, ...config } };
  }
  if (typeof className !== "string" || typeof config !== "object" || !config) return value;
  return { ...value, config: withModelCalls(settings(className, config)) };
}

/**
 * Numbers the calls of models inside a functional model as TensorFlow.js does: there the first one is
 * that in which the model was made. At the outputs Keras counts so itself, but for sequential models.
 */
function withModelCalls(config: NonNullable<Json>): NonNullable<Json> {
  const { layers, output_layers: outputs } = config;
  if (!Array.isArray(layers) || !Array.isArray(outputs)) return config;
  const models = (layers as Json[]).filter((layer) =>
    Array.isArray((layer?.config as Json)?.layers),
  );
  const counted = (value: unknown, counting: readonly Json[]): unknown => {
    if (!Array.isArray(value)) return value;
    const [name, call, ...rest] = value as unknown[];
    return counting.some((model) => model?.name === name)
      ? [name, Number(call) + 1, ...rest]
      : value.map((part) => counted(part, counting));
  };
  return {
    ...config,
    layers: (layers as Json[]).map((layer) =>
      layer?.inbound_nodes
        ? { ...layer, inbound_nodes: counted(layer.inbound_nodes, models) }
        : layer,
    ),
    output_layers: counted(
      outputs,
      models.filter((model) => model?.class_name === "Sequential"),
    ),
  };
}

function settings(className: string, config: NonNullable<Json>): NonNullable<Json> {
  const { batch_shape: batchShape, negative_slope: slope, ...rest } = config;
  for (const [key, harmless] of Object.entries(WITHOUT_EFFECT)) {
    if (rest[key] === undefined || rest[key] === null) continue;
    if (!harmless.includes(rest[key])) throw unsupported(config, `${key}: ${text(rest[key])}`);
  }
  for (const key of ["activation", "recurrent_activation"]) {
    const name = rest[key];
    if (typeof name !== "string" || !ACTIVATIONS.has(name)) continue;
    rest[key] = ACTIVATIONS.get(name);
    if (rest[key] === undefined) throw unsupported(config, `${key}: ${text(name)} of Keras 3`);
  }
  if (batchShape !== undefined) {
    rest.batch_input_shape = batchShape;
    // TensorFlow.js has one type of each kind.
    if (typeof rest.dtype === "string") {
      rest.dtype = rest.dtype.replace(/^b?float\d+$/, "float32").replace(/^u?int\d+$/, "int32");
    }
  }
  if (className === "LeakyReLU") rest.alpha = slope;
  else if (typeof slope === "number" && slope !== 0) {
    throw unsupported(config, `negative_slope: ${slope}`);
  }
  return rest;
}

/** A call of a layer: `{ args: [tensors], kwargs }` becomes a list of where its inputs come from. */
function inboundNode(node: unknown): unknown {
  const { args, kwargs } = (node ?? {}) as { args?: unknown; kwargs?: Json };
  if (!Array.isArray(args)) return node;
  const settings = Object.entries(kwargs ?? {}).filter(([, value]) => value !== null);
  if (/"__keras_tensor__"/.test(text(settings))) {
    throw unsupported({ name: "a layer" }, "a tensor as a named argument");
  }
  return args.flat().map((tensor: { config?: { keras_history?: unknown[] } } | null) => {
    const history = tensor?.config?.keras_history;
    if (!Array.isArray(history))
      throw unsupported({ name: "a layer" }, `the input ${text(tensor)}`);
    return [...history, Object.fromEntries(settings)];
  });
}

/** `["input", 0, 0]` for one of them; a list of such for several. */
function listOfEnds(value: unknown): unknown {
  return Array.isArray(value) && typeof value[0] === "string" ? [value] : value;
}

const text = (value: unknown): string => JSON.stringify(value) ?? "nothing";

function unsupported({ name }: NonNullable<Json>, got: string): DataError {
  return new DataError({
    subject: "loadModel",
    expected: `layers of Keras 3 that TensorFlow.js has, at ${text(name)}`,
    got,
    remedy: KERAS_REMEDY,
  });
}
