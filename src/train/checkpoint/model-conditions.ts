/** What a run depends on in its model: layers, how they are connected, loss and optimizer. */
import type { JsonObject, JsonValue } from "../../text/json.ts";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { sha256 } from "../../bytes/sha256.ts";
import { classNamesOf } from "../../model/class-names.ts";
import { modelInternals } from "../../model/internals.ts";
import { readOptimizerState } from "../../model/optimizers/optimizer-state.ts";
import { isKerasOptimizer } from "../../model/optimizers/keras-optimizer.ts";
import { notSavable } from "../check-savable.ts";

/** Where one input of a layer comes from: a layer, the number of its call, the number of its output. */
type Source = readonly [layer: string, call: number, output: number, settings?: object];

/** A model's configuration, as far as the form of it matters here. */
interface ModelConfig {
  readonly layers: readonly {
    readonly name?: string;
    readonly className: string;
    readonly config: unknown;
    readonly inboundNodes?: readonly (readonly Source[])[];
  }[];
  readonly inputLayers?: readonly Source[];
  readonly outputLayers?: readonly Source[];
}

/** All of it, without the names, which depend on what was built before. */
export async function modelConditions(model: LayersModel): Promise<JsonObject> {
  const { optimizer, loss, metricsNames = [] } = modelInternals(model);
  const settings = isKerasOptimizer(optimizer!)
    ? { kind: "of cifar-kit", optimizer: optimizer.getClassName(), ...optimizer.settings }
    : { kind: "of TensorFlow.js", optimizer: optimizer!.getClassName(), ...optimizer!.getConfig() };
  const classNames = classNamesOf(model);
  return {
    // Through JSON: drops what is undefined, and says NaN as a file would.
    model: throughJson(withoutNames(model.getConfig())),
    loss: await conditionsOf(loss),
    metrics: metricsNames,
    ...(classNames && { classNames }),
    optimizer: await conditionsOf(settings),
  };
}

/** Whether what the model learns depends on the number of steps of the whole run. */
export function followsRun(model: LayersModel): boolean {
  const { optimizer } = modelInternals(model);
  return isKerasOptimizer(optimizer!) && optimizer.followsRun;
}

/** Throws unless the optimizer's state can be saved. */
export async function checkOptimizer(subject: string, model: LayersModel): Promise<void> {
  const optimizer = modelInternals(model).optimizer!;
  try {
    await readOptimizerState(optimizer);
  } catch (cause) {
    const expected = "an optimizer whose state can be saved, to save checkpoints";
    throw notSavable(subject, expected, optimizer, cause);
  }
}

/** Options as a manifest holds them: functions that can say what they are do, others by their text. */
async function conditionsOf(value: unknown): Promise<JsonValue> {
  if (value instanceof RegExp) return { pattern: value.source, flags: value.flags };
  if (typeof value === "function" && !("toJSON" in value)) {
    // The text may change without a change of what it computes: that is worth a warning.
    return { function: value.name, source: await sha256(new TextEncoder().encode(String(value))) };
  }
  if (Array.isArray(value)) return Promise.all(value.map(conditionsOf));
  if (typeof value !== "object" || value === null) return throughJson(value);
  const parts = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .map(async ([name, part]) => [name, await conditionsOf(part)]);
  return Object.fromEntries(await Promise.all(parts)) as JsonObject;
}

const throughJson = (value: unknown): JsonValue => JSON.parse(JSON.stringify(value)) as JsonValue;

function withoutNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNames);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray((value as Partial<ModelConfig>).layers)) return wiring(value as ModelConfig);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "name")
      .map(([key, item]) => [key, withoutNames(item)]),
  );
}

/** A model with the positions of its layers in place of their names. */
function wiring({ layers, inputLayers, outputLayers }: ModelConfig): unknown {
  const positions = new Map(layers.map(({ name }, i) => [name, i]));
  const place = ([layer, call, output, settings = {}]: Source): string =>
    [positions.get(layer) ?? -1, call, output].join(".") +
    (Object.keys(settings).length > 0 ? JSON.stringify(settings) : "");
  const sources = (list: readonly Source[]): string => list.map(place).join(" + ");
  return {
    layers: layers.map(({ className, config, inboundNodes }) => ({
      className,
      config: withoutNames(config),
      ...(inboundNodes && { inputs: inboundNodes.map(sources).join(" | ") }),
    })),
    ...(inputLayers && { inputs: sources(inputLayers) }),
    ...(outputLayers && { outputs: sources(outputLayers) }),
  };
}
