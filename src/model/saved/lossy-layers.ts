import { type io, serialization } from "@tensorflow/tfjs-core";
import { type Json, mapJson } from "./json.ts";

/**
 * Puts back what TensorFlow.js leaves out, or cannot read again, when it saves a layer:
 * the `depthMultiplier` of a SeparableConv2D, which its kernel's shape tells, and the activation
 * `gelu_new`, whose name it changes on the way in.
 * @param topology in the form of Keras 2; a copy is given.
 */
export function restoreLostSettings(
  topology: Json,
  weightSpecs: readonly io.WeightsManifestEntry[],
): Json {
  const { classNameMap } = serialization.SerializationMap.getMap();
  if ("gelu_new" in classNameMap) classNameMap.geluNew ??= classNameMap.gelu_new;

  const shapes = new Map(weightSpecs.map(({ name, shape }) => [name, shape]));
  return mapJson(topology, (_, value) => {
    const { class_name: className, config } = (value ?? {}) as {
      class_name?: unknown;
      config?: Json;
    };
    if (className !== "SeparableConv2D" || !config) return value;
    const shape = shapes.get(`${String(config.name)}/depthwise_kernel`);
    return { ...value!, config: { depth_multiplier: shape?.[3], ...config } };
  }) as Json;
}
