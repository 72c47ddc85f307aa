/**
 * Keras's behaviour for ordinary tfjs-layers models.
 *
 * The layers stay the stock classes of tfjs-layers, so that a model saves, loads and serialises
 * like any other; only the `call` of the instances in question is replaced, `trainable` of those
 * that hold other layers, and the model's `predict`. Nothing is patched globally.
 */
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { shared } from "../brand.ts";
import { checkLiveModel } from "./check-model.ts";
import { withConstraints } from "./constraints.ts";
import { type CallFactory, type LayerInternals, modelInternals } from "./internals.ts";
import { allLayers, cellsOf, leavesOf } from "./layer-tree.ts";
import { fuseActivation, leakyReluCall, reluCall } from "./layers/activation.ts";
import { batchNormalizationCall } from "./layers/batch-normalization.ts";
import { conv2dCall } from "./layers/conv2d.ts";
import { denseCall } from "./layers/dense.ts";
import { dropoutCall } from "./layers/dropout.ts";
import { alphaDropoutCall, gaussianDropoutCall, gaussianNoiseCall } from "./layers/noise.ts";
import { layerNormalizationCall } from "./layers/layer-normalization.ts";
import { cellCall, recurrentCall } from "./layers/recurrent.ts";
import { hasSeededMasks } from "./layers/recurrent-dropout.ts";
import { numberLayer, setLayerStep } from "./layers/random-step.ts";
import { withRepeatedPredict } from "./repeated-predict.ts";
import { replaceCall } from "./replaced-calls.ts";
import { withFusedUpdate } from "./optimizers/fused-update.ts";
import { withKerasTrainable } from "./trainable.ts";

/** Layers that draw random numbers. A map, since a user's class may be called `constructor`. */
const RANDOM: ReadonlyMap<string, CallFactory> = /* @__PURE__ */ new Map([
  ["AlphaDropout", alphaDropoutCall],
  ["ConvLSTM2D", recurrentCall],
  ["Dropout", dropoutCall],
  ["GaussianDropout", gaussianDropoutCall],
  ["GaussianNoise", gaussianNoiseCall],
  ["GRU", recurrentCall],
  ["LSTM", recurrentCall],
  ["RNN", recurrentCall],
  ["SimpleRNN", recurrentCall],
  ["SpatialDropout1D", dropoutCall],
]);

const CALLS: ReadonlyMap<string, CallFactory> = /* @__PURE__ */ new Map([
  ...RANDOM,
  ["BatchNormalization", batchNormalizationCall],
  ["Conv2D", conv2dCall],
  ["Dense", denseCall],
  ["GRUCell", cellCall],
  ["LayerNormalization", layerNormalizationCall],
  ["LSTMCell", cellCall],
  ["SimpleRNNCell", cellCall],
  ["LeakyReLU", leakyReluCall],
  ["ReLU", reluCall],
]);

const upgraded = /* @__PURE__ */ shared("layers", () => new WeakSet<LayerInternals>());

/**
 * Makes the layers of a model, nested ones included, behave as Keras's do: BatchNormalization that is
 * frozen with its statistics, dropout (in recurrent layers, too) and noise with seeded numbers that are new at each step, Dense,
 * Conv2D, activations, recurrent layers and LayerNormalization in fused kernels where the backend has them, constraints of
 * weights that hold after each step, `trainable` of a model that reaches every layer inside, and one
 * kernel, where the backend has it, for a step of the optimizer that it was compiled with. Its `predict` is
 * repeated by the backend where that can, with the same results.
 * {@link buildCifarModel}, {@link loadModel} and the training functions do it by themselves; call it for
 * a model that you train or freeze otherwise. Idempotent.
 * @param model any layers model; the `call` of its layers is replaced.
 * @returns the same model.
 * @throws {ArgumentError} if it is none, or has been disposed.
 */
export function withKerasLayers<Model extends LayersModel>(model: Model): Model {
  checkLiveModel("withKerasLayers", model);
  withKerasTrainable(model);
  withConstraints(model);
  withRepeatedPredict(model);
  const { optimizer } = modelInternals(model);
  if (optimizer) withFusedUpdate(optimizer);
  const counts = new Map<string, number>();
  for (const layer of allLayers(model)) {
    const name = layer.getClassName();
    if (RANDOM.has(name)) {
      const ordinal = counts.get(name) ?? 0;
      counts.set(name, ordinal + 1);
      numberLayer(layer, ordinal);
    }
    fuseActivation(layer);
    for (const part of [layer, ...cellsOf(layer)]) upgrade(part);
  }
  return model;
}

function upgrade(layer: LayerInternals): void {
  const factory = CALLS.get(layer.getClassName());
  if (!factory || upgraded.has(layer)) return;
  replaceCall(layer, factory(layer, layer.call.bind(layer)));
  upgraded.add(layer);
}

/** Says which training step comes next, so that its layers draw the numbers of that step. */
export function setTrainingStep(model: LayersModel, step: number): void {
  for (const layer of allLayers(model)) {
    if (RANDOM.has(layer.getClassName())) setLayerStep(layer, step);
  }
}

/**
 * Names of the layers whose random numbers nobody can repeat: those of recurrent cells of a user's own, and
 * those that TensorFlow.js resizes images by.
 */
export function unseededLayers(model: LayersModel): string[] {
  const draws = (value: unknown): boolean =>
    typeof value === "object" &&
    value !== null &&
    Object.entries(value).some(([key, part]) =>
      ["dropout", "recurrentDropout"].includes(key) ? Number(part) > 0 : draws(part),
    );
  const isUnseeded = (layer: LayerInternals): boolean =>
    !(RANDOM.has(layer.getClassName()) && hasSeededMasks(layer)) && draws(layer.getConfig());
  return leavesOf(model)
    .filter(
      (layer) =>
        ["RandomHeight", "RandomWidth"].includes(layer.getClassName()) || isUnseeded(layer),
    )
    .map(({ name }) => name);
}
