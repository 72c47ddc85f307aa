import type { Optimizer } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { check, checkOneOf, describe, hasMethods } from "../checks.ts";
import { number, reader, type Settled } from "../options.ts";
import { type ContainerInternals, modelInternals } from "./internals.ts";
import { withKerasLoss } from "./loss.ts";
import { adam, adamW } from "./optimizers/adam.ts";
import { buildKerasOptimizer } from "./optimizers/build-keras-optimizer.ts";
import { sgd } from "./optimizers/sgd.ts";

/** How a model is compiled, apart from its optimizer. */
interface LossAndMetrics {
  readonly loss: LayersModel["loss"];
  readonly metrics: LayersModel["metrics"];
}

/** How a classifier is trained: options of what builds one. */
export interface OptimizerChoice {
  /**
   * `adam()`, `adamW()`, `sgd()` or another optimizer, which belongs to the model from then on; or a name
   * as `model.compile` takes it, of which `"adam"`, `"adamw"` and `"sgd"` mean those of this library.
   * Default `"adam"`.
   */
  readonly optimizer?: Optimizer | string;
  /** Above 0; default the optimizer's own, 0.001 for Adam. An optimizer that is made has its own. */
  readonly learningRate?: number;
}

/** The names that stand for optimizers of this library, and those that TensorFlow.js knows besides. */
const OWN = { adam, adamw: adamW, sgd };
const STOCK = ["adadelta", "adagrad", "adamax", "rmsprop"];

/** How {@link OptimizerChoice} is read. */
export const optimizerChoice = () => ({
  optimizer: reader({ default: "adam" }, readOptimizer),
  learningRate: number({ min: 0, exclusiveMin: true, optional: true }),
});

function readOptimizer(value: unknown, subject: string, name: string): Optimizer | string {
  if (hasMethods(value, "applyGradients")) return value as Optimizer;
  check(
    typeof value === "string",
    subject,
    `${name} to be an optimizer or the name of one`,
    describe(value),
    'pass e.g. adamW() or "sgd"',
  );
  checkOneOf(subject, name, value.toLowerCase(), [...Object.keys(OWN), ...STOCK]);
  return value.toLowerCase();
}

/** The optimizer that was chosen, or a name for `model.compile`. */
export function chosenOptimizer(
  subject: string,
  { optimizer, learningRate }: Settled<ReturnType<typeof optimizerChoice>>,
): Optimizer | string {
  if (typeof optimizer === "string" && optimizer in OWN) {
    return OWN[optimizer as keyof typeof OWN]({ learningRate });
  }
  check(
    learningRate === undefined,
    subject,
    "learningRate with adam, adamw or sgd by their names",
    `it beside ${typeof optimizer === "string" ? describe(optimizer) : "an optimizer"}`,
    "give the optimizer its learning rate where it is made: adam({ learningRate })",
  );
  return optimizer;
}

/** Compiles a model that ends in a softmax, with an optimizer that it owns. */
export function compileClassifier(model: LayersModel, optimizer: Optimizer | string): void {
  compileOwning(model, optimizer, {
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
}

/**
 * Compiles a model with an optimizer that it owns, `model.dispose()` disposes both, and whose state is
 * there from now on: zeros, or what the optimizer knows of these weights. (Those of TensorFlow.js make
 * theirs at the first step.)
 */
export function compileOwning(
  model: LayersModel,
  optimizer: Optimizer | string,
  { loss, metrics }: LossAndMetrics,
): void {
  withKerasCompile(model);
  model.compile({ optimizer, loss, metrics });
  ownership(model).isOptimizerOwned = true;
  withKerasLoss(model);
}

/** Has `compile` build the optimizer, and dispose the one that the model owned. Idempotent. */
function withKerasCompile(model: LayersModel): void {
  if (Object.hasOwn(model, "compile")) return;
  const compile = model.compile.bind(model);
  model.compile = (args) => {
    const owned = ownership(model).isOptimizerOwned && modelInternals(model).optimizer;
    compile(args);
    if (owned && owned !== modelInternals(model).optimizer) owned.dispose();
    buildKerasOptimizer(model);
  };
}

// Of the model itself even if it is a Sequential: its inner model is never disposed.
const ownership = (model: LayersModel): ContainerInternals =>
  model as unknown as ContainerInternals;
