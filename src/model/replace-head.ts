import { concat, gather, tidy, zeros } from "@tensorflow/tfjs-core";
import {
  initializers,
  layers,
  type LayersModel,
  model as modelOf,
  type SymbolicTensor,
} from "@tensorflow/tfjs-layers";
import { check, isListOf, isText } from "../checks.ts";
import { boolean, like, readOptions, seed } from "../options.ts";
import { deriveSeed } from "../random/stream.ts";
import { listed } from "../text/listed.ts";
import { ensureTrainable } from "./backend/ensure-trainable.ts";
import { checkLiveModel } from "./check-model.ts";
import { classNamesOf, setClassNames } from "./class-names.ts";
import {
  chosenOptimizer,
  compileClassifier,
  optimizerChoice,
  type OptimizerChoice,
} from "./compile.ts";
import { type Head, headOf } from "./head.ts";
import { type ContainerInternals, type LayerInternals, modelInternals } from "./internals.ts";
import { checkNotInTraining } from "./in-training.ts";
import { withKerasLayers } from "./keras-layers.ts";
import { allLayers } from "./layer-tree.ts";
import { disposeOnError } from "./dispose-on-error.ts";
import { disposeWhatItMakes } from "./optimizers/dispose-what-it-makes.ts";

/** Options of {@link replaceHead}. */
export interface ReplaceHeadOptions extends OptimizerChoice {
  /** The new classes, in label order: at least two, of different names. */
  readonly classNames: readonly string[];
  /**
   * Whether all layers but the head are frozen, batch normalisations with their statistics; default
   * true. {@link unfreeze} lets them go on. With `false` each stays as it is.
   */
  readonly freeze?: boolean;
  /** Fixes the initial weights of the head; any safe integer; default 0. */
  readonly seed?: number;
  /**
   * Whether a class that the model knows by name keeps its weights in the head, so that only new classes
   * have to be learned; default false.
   */
  readonly keepRows?: boolean;
}

/**
 * Turns a trained classifier into one of other classes: the same layers, the same weights, and a new
 * head, a Dense layer with a softmax whose weights start as in Keras (glorot uniform, zero biases).
 * Works for models that end in a Dense layer, Sequential or functional, whatever lies before it; the new
 * layer has the name and the other settings of the one that it replaces.
 *
 * The layers pass over to the new model, which the caller disposes. The model that was passed is used
 * up, as if it had been disposed: its head and the optimizer that it owned are gone. To keep it, load or
 * build it twice.
 *
 * @example
 * const model = replaceHead(await loadPretrained(), { classNames: set.classNames, seed: 1 });
 * await trainPhase(model, { train: set, epochs: 5 });
 * unfreeze(model, { learningRate: 1e-4 });
 * await trainPhase(model, { train: set, epochs: 3 });
 * @param model a classifier with one output.
 * @returns a model compiled with sparse categorical cross-entropy and accuracy, which knows its class
 *   names.
 * @throws {ArgumentError} if the model ends in something else or is being trained, or an option is
 *   wrong; the model is then as it was.
 * @throws {BackendError} if no backend is active or the active one cannot train the network.
 */
export function replaceHead(model: LayersModel, options: ReplaceHeadOptions): LayersModel {
  const subject = "replaceHead";
  const { classNames, freeze, keepRows, ...settings } = readOptions(subject, options, {
    classNames: like(
      areClasses,
      "a list of two different names or more",
      'pass e.g. ["cat", "dog"]',
    ),
    freeze: boolean({ default: true }),
    keepRows: boolean({ default: false }),
    seed: seed(),
    ...optimizerChoice(),
  });
  checkLiveModel(subject, model);
  checkNotInTraining(subject, model);
  const head = headOf(subject, model);
  const known = keepRows ? knownClasses(subject, model, classNames) : [];
  const optimizer = chosenOptimizer(subject, settings);
  ensureTrainable();
  const result = disposeOnError(() => {
    const dense = layers.dense({
      ...head.dense.getConfig(),
      name: head.dense.name,
      units: classNames.length,
      activation: "softmax",
      trainable: true,
      kernelInitializer: initializers.glorotUniform({
        seed: deriveSeed(settings.seed, "weights of a new head"),
      }),
      biasInitializer: "zeros",
    });
    const { inputs } = modelInternals(model);
    const outputs = dense.apply(head.features) as SymbolicTensor;
    const next = withKerasLayers(modelOf({ inputs, outputs, name: model.name }));
    if (keepRows) copyRows(head, dense, known, classNames);
    next.setUserDefinedMetadata({ ...model.getUserDefinedMetadata() });
    setClassNames(next, classNames);
    // As the layers are, those inside of others included, should compiling fail.
    const before = [...allLayers(next)].map((layer) => [layer, layer.trainable] as const);
    try {
      if (freeze) for (const layer of next.layers) layer.trainable = layer === dense;
      compileClassifier(next, optimizer);
    } catch (error) {
      for (const [layer, trainable] of before) layer.trainable = trainable;
      throw error;
    }
    return next;
  });
  disposeReplaced(model, head, result);
  return result;
}

function areClasses(value: unknown): value is readonly string[] {
  return isListOf(value, isText) && value.length > 1 && new Set(value).size === value.length;
}

/** The names of the model's classes; throws unless some of the new ones are among them. */
function knownClasses(
  subject: string,
  model: LayersModel,
  classNames: readonly string[],
): readonly string[] {
  const known = classNamesOf(model) ?? [];
  check(
    known.length > 0,
    subject,
    "a model that knows its class names, to keep their rows",
    "one without",
    "tell it: model.setUserDefinedMetadata({ classNames }), with a name for each of its outputs",
  );
  check(
    classNames.some((name) => known.includes(name)),
    subject,
    `classNames with some of the model's, whose rows are to be kept: ${listed(known, 20)}`,
    listed(classNames, 20),
    "correct the names, or leave out keepRows",
  );
  return known;
}

/** Gives the classes that the old head knows their weights from there. */
function copyRows(
  { dense: old }: Head,
  dense: unknown,
  known: readonly string[],
  classNames: readonly string[],
): void {
  const [from, to] = [old, dense] as unknown as [LayerInternals, LayerInternals];
  const columns = classNames.map((name, i) =>
    known.includes(name) ? known.indexOf(name) : known.length + i,
  );
  tidy(() => {
    const kernel = to.kernel!;
    kernel.write(gather(concat([from.kernel!.read(), kernel.read()], 1), columns, 1));
    const { bias } = to;
    if (bias) bias.write(gather(concat([from.bias!.read(), zeros([classNames.length])]), columns));
  });
}

/** Leaves of the old model what the new one has, and nothing else; whoever uses it is told so. */
function disposeReplaced(model: LayersModel, head: Head, result: LayersModel): void {
  const { optimizer } = model as { optimizer?: LayersModel["optimizer"] };
  const container = model as unknown as ContainerInternals;
  if (optimizer && container.isOptimizerOwned && optimizer !== result.optimizer) {
    disposeWhatItMakes(optimizer);
    optimizer.dispose();
  }
  for (const layer of head.layers) layer.dispose();
  container._refCount = 0;
}
