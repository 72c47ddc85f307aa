/** Every layer class of tfjs-layers on the simd backend: forward, gradients, saved and loaded. */
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { withKerasLayers } from "../../src/model/keras-layers.ts";
import type { LayerInternals } from "../../src/model/internals.ts";
import { artifactsOf } from "../helpers/artifacts.ts";
import { expectSameAsCpu, numbers, random, useSimd } from "./backends.ts";
import { type Call, type Input, LAYERS, modelOf } from "./layer-table.ts";

const BATCH = 3;

/** Weights that are never all 0 or 1, as initial ones are; variances are positive. */
function setWeights(model: tfl.LayersModel): void {
  const values = model.weights.map(({ name, shape }, i) => {
    const drawn = tf.mul(random(shape as never, { seed: i + 50 }), 0.3);
    return name.includes("variance") ? tf.add(tf.abs(drawn), 0.5) : drawn;
  });
  model.setWeights(values);
}

function inputOf({ shape, below }: Input, seed: number): tf.Tensor {
  const full = [BATCH, ...shape];
  if (below === undefined) return random(full as never, { seed });
  const drawn = numbers(tf.util.sizeFromShape(full), seed);
  const integers = drawn.map((value) => Math.floor(((value + 2) / 4) * below));
  return tf.tensor(integers, full);
}

const outputOf = (model: tfl.LayersModel, inputs: tf.Tensor[], training: boolean): tf.Tensor =>
  model.apply(inputs, { training }) as tf.Tensor;

/** What a model says in use and in training, and the gradient of a sum of it for weights and inputs. */
function resultsOf(model: tfl.LayersModel, { inputs, forwardOnly }: Call): tf.Tensor[] {
  const given = inputs.map(inputOf);
  const inUse = outputOf(model, given, false);
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const moved = given.map((x, i) => (inputs[i].below === undefined ? tf.variable(x) : x));
  variables.push(...moved.filter((x) => x instanceof tf.Variable));
  if (forwardOnly || variables.length === 0) return [inUse];
  let inTraining: tf.Tensor | undefined;
  const { grads } = tf.variableGrads(() => {
    const y = outputOf(model, moved, true);
    inTraining = tf.keep(y);
    return tf.sum(tf.mul(y, random(y.shape as never, { seed: 9 })));
  }, variables);
  for (const x of moved) if (x instanceof tf.Variable) x.dispose();
  const statistics = model.nonTrainableWeights.map((weight) => tf.clone(weight.read()));
  return [inUse, inTraining!, ...Object.values(grads), ...statistics];
}

/** The classes of a layer and of all that it is made of. */
function classesOf(layer: object): string[] {
  const { layers, layer: wrapped, forwardLayer, cell, cells } = layer as LayerInternals;
  const parts = [layers, wrapped, forwardLayer, cell, cells].flat();
  const { className } = layer.constructor as unknown as { className: string };
  return [className, ...parts.filter((part) => part !== undefined).flatMap(classesOf)];
}

const { classNameMap } = tf.serialization.SerializationMap.getMap();
const isLayer = ([type]: (typeof classNameMap)[string]): boolean =>
  (type as { prototype: unknown }).prototype instanceof tfl.layers.Layer;
const names = Object.keys(classNameMap).filter((name) => isLayer(classNameMap[name]));

describe("layer classes", () => {
  beforeAll(() => useSimd());
  beforeEach(() => {
    // Noise without a seed is the same on both backends.
    vi.spyOn(Math, "random").mockReturnValue(0.375);
    return () => vi.restoreAllMocks();
  });

  it("are all in the table", () => {
    expect(Object.keys(LAYERS).sort()).toEqual(names.sort());
  });

  const calls = Object.entries(LAYERS).flatMap(([name, all]) =>
    all.map((item, i) => [`${name} ${i}`, name, item] as const),
  );

  it.each(calls)("%s computes what cpu does", async (title, name, item) => {
    for (const upgrade of [(model: tfl.LayersModel) => model, withKerasLayers]) {
      await expectSameAsCpu(title, () => {
        const model = upgrade(modelOf(item));
        expect(classesOf(model)).toContain(name);
        setWeights(model);
        const results = resultsOf(model, item);
        model.dispose();
        return results;
      });
    }
  });

  it.each(calls.filter(([, , item]) => !item.unloadable))(
    "%s is the same after saving and loading",
    async (_, __, item) => {
      await tf.setBackend("simd");
      const model = modelOf(item);
      setWeights(model);
      const saved = await artifactsOf(model);
      const loaded = await tfl.loadLayersModel(tf.io.fromMemory(saved));
      const values = (net: tfl.LayersModel): unknown[] =>
        resultsOf(net, item).map((tensor) => tensor.dataSync());
      expect((await artifactsOf(loaded)).weightData).toEqual(saved.weightData);
      expect(values(loaded)).toEqual(values(model));
    },
  );
});
