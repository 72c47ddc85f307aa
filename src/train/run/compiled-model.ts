/**
 * A model as it is compiled: its steps, and its loss and metrics as training and evaluation call them,
 * with labels as they come, class indices or rows of probabilities, of which each gets the form that it
 * takes.
 */
import {
  add,
  cast,
  dispose,
  engine,
  keep,
  mean,
  mul,
  oneHot,
  type Optimizer,
  reshape,
  type Scalar,
  type Tensor,
  type Variable,
} from "@tensorflow/tfjs-core";
import { type LayersModel, metrics as stockMetrics } from "@tensorflow/tfjs-layers";
import { describe } from "../../checks.ts";
import { ArgumentError, CifarKitError } from "../../errors.ts";
import { canRecord } from "../../model/backend/recorder.ts";
import { type LossFunction, modelInternals } from "../../model/internals.ts";
import { setTrainingStep } from "../../model/keras-layers.ts";
import { checkLearningRate } from "../../model/learning-rate.ts";
import { accuracy, areRows, crossEntropy, takesIndices, withKerasLoss } from "../../model/loss.ts";
import { isKerasOptimizer } from "../../model/optimizers/keras-optimizer.ts";
import { trainedWeights } from "../../model/trainable.ts";
import { messageOf } from "../../text/describe.ts";
import { releaseEarly } from "./early-release.ts";
import type { RepeatedGradients } from "./repeated-gradients.ts";

/** What makes the steps of a run. */
export interface TrainingStep {
  /** Makes one; gives the loss and the metrics. */
  make(data: Tensor[]): Promise<Scalar[]>;
  /** Gives back what is kept from step to step. */
  dispose(): void;
}

/**
 * What makes the steps of a run of the model as it is compiled now. Before each of them it looks at
 * what callbacks may have done to the model; what fails in one it tells in the library's words.
 */
export function trainingStep(
  subject: string,
  model: LayersModel,
  labelSmoothing: number,
): TrainingStep {
  const inner = modelInternals(withKerasLoss(model));
  const { optimizer, lossFunctions, metricsTensors } = inner;
  const loss = compiledLoss(model, labelSmoothing);
  const metrics = compiledMetrics(model);
  const computeGradients = optimizer!.computeGradients.bind(optimizer!);
  let repeated: RepeatedGradients | undefined;
  const step = inner.makeTrainFunction();
  const own = Object.getOwnPropertyDescriptor(optimizer, "computeGradients");
  const makeStep = (data: Tensor[]): Scalar[] => {
    const values: Scalar[] = [];
    const withMetrics: LossFunction = (yTrue, yPred) => {
      const losses = loss(yTrue, yPred);
      for (const { of } of metrics) values.push(keep(mean(of(yTrue, yPred))));
      return losses;
    };
    try {
      Object.assign(inner, { lossFunctions: [withMetrics], metricsTensors: [] });
      Object.assign(optimizer!, {
        computeGradients: (...[f, variables]: Parameters<Optimizer["computeGradients"]>) => {
          const moved = variables && movedBy(optimizer!, variables);
          const cost = releasing(f, moved);
          return repeated ? repeated.of(cost, moved, data, values) : computeGradients(cost, moved);
        },
      });
      return [...step(data), ...values];
    } catch (error) {
      dispose(values);
      throw error;
    } finally {
      Object.assign(inner, { lossFunctions, metricsTensors });
      if (own) Object.defineProperty(optimizer, "computeGradients", own);
      else Reflect.deleteProperty(optimizer!, "computeGradients");
    }
  };
  const make = async (data: Tensor[]): Promise<Scalar[]> => {
    const now = modelInternals(model);
    const trained = now.collectedTrainableWeights;
    const trainable = trainedWeights(model);
    const isCompiledAnew = now.optimizer !== optimizer || now.lossFunctions !== lossFunctions;
    if (
      isCompiledAnew ||
      trainable.length !== trained.length ||
      trainable.some((weight, i) => weight !== trained[i])
    ) {
      const { changedMeanwhile } = await import("./failures.ts");
      throw isCompiledAnew
        ? changedMeanwhile(subject, "the model to stay as it was compiled", "one compiled anew")
        : changedMeanwhile(subject, "the same layers to train", "some frozen or thawed");
    }
    if (!repeated && canRecord()) {
      const { RepeatedGradients } = await import("./repeated-gradients.ts");
      repeated = new RepeatedGradients(model, optimizer!);
    }
    // A callback may have set it behind our back.
    checkLearningRate(subject, optimizer!);
    // What a callback did with the network in between must not shift its random numbers.
    setTrainingStep(model, optimizer!.iterations);
    try {
      return makeStep(data);
    } catch (cause) {
      disposeTape();
      const { stepFailure } = await import("./failures.ts");
      throw stepFailure(subject, model, cause);
    }
  };
  const end = (): void => {
    repeated?.dispose();
  };
  return { make, dispose: end };
}

/** The weights that need a gradient: all but those that the optimizer does not move any more. */
function movedBy(optimizer: Optimizer, variables: Variable[]): Variable[] {
  if (!isKerasOptimizer(optimizer)) return variables;
  const moved = variables.filter((variable) => optimizer.moves(variable));
  // TensorFlow.js computes no gradients of nothing.
  return moved.length > 0 ? moved : variables;
}

/** A cost behind which the gradients give memory back on their way. */
function releasing(cost: () => Scalar, variables: readonly Variable[] | undefined): () => Scalar {
  return () => {
    const value = cost();
    if (variables) releaseEarly(variables);
    return value;
  };
}

/** Disposes what TensorFlow.js keeps for a gradient that it did not come to. */
function disposeTape(): void {
  const { state } = engine();
  for (const { saved } of state.activeTape ?? []) {
    for (const tensor of saved ?? []) tensor.dispose();
  }
  state.activeTape = [];
}

/** A metric, under the name that it has in logs and results. */
export interface CompiledMetric {
  readonly name: string;
  readonly of: LossFunction;
}

/** Names of logs that have a meaning of their own. */
const RESERVED = ["loss", "accuracy", "acc", "learning_rate"];

/** The loss. @param smoothing share of each label that is spread evenly over all classes. */
function compiledLoss(model: LayersModel, smoothing: number): LossFunction {
  const [compute] = modelInternals(model).lossFunctions!;
  if (smoothing === 0) return checked("loss", compute, inItsForm(model, "loss", compute));
  return checked("loss", compute, (yTrue, yPred) => {
    const rows = rowsOf(yTrue, yPred);
    return compute(add(mul(rows, 1 - smoothing), smoothing / yPred.shape[1]!), yPred);
  });
}

/**
 * The metrics, in their order. `accuracy` is that of the shapes, as in Keras; a name that is taken gets a
 * number behind it; a function without one is a `metric`.
 */
export function compiledMetrics(model: LayersModel): CompiledMetric[] {
  const { metrics = [], metricsNames = [], metricsTensors = [] } = modelInternals(model);
  const given: unknown[] = Object.values(Object(metrics) as object).flat();
  const taken = new Set(RESERVED.flatMap((name) => [name, `val_${name}`]));
  return metricsTensors.map(([compute], i) => {
    const isAccuracy = metricsNames[i + 1] === "acc" && typeof given[i] === "string";
    const wanted = isAccuracy ? "accuracy" : metricsNames[i + 1] || "metric";
    const isFirst = isAccuracy && metricsNames.indexOf("acc") === i + 1;
    let name = wanted;
    for (let n = 1; !isFirst && (taken.has(name) || taken.has(`val_${name}`)); n++) {
      name = `${wanted}_${n}`;
    }
    taken.add(name).add(`val_${name}`);
    return { name, of: checked("metric", compute, metricOf(model, given[i], compute)) };
  });
}

/** A metric that takes labels as they come. @param given what the model was compiled with. */
function metricOf(model: LayersModel, given: unknown, compute: LossFunction): LossFunction {
  const { shape } = modelInternals(model).outputs[0];
  const isClassifier = shape.length === 2 && shape[1] !== 1;
  if (!isClassifier) return compute;
  // Of indices or of rows, as the labels are.
  if (["accuracy", "acc", stockMetrics.sparseCategoricalAccuracy].includes(given as never)) {
    return accuracy;
  }
  const crossEntropies = ["crossentropy", "ce", "sparseCategoricalCrossentropy"];
  if (crossEntropies.includes(given as string)) return crossEntropy;
  const isStock = typeof given === "string" || Object.values<unknown>(stockMetrics).includes(given);
  return isStock ? withRows(compute) : inItsForm(model, "metric", compute);
}

/** A function with labels of the form that goes with the model's loss. */
function inItsForm(model: LayersModel, what: string, compute: LossFunction): LossFunction {
  if (!takesIndices(model)) return withRows(compute);
  return (yTrue, yPred) => {
    try {
      return compute(yTrue, yPred);
    } catch (cause) {
      if (cause instanceof CifarKitError || !areRows(yTrue, yPred)) throw cause;
      throw new ArgumentError({
        subject: "compile",
        expected: `a ${what} that takes rows of probabilities, which mixed images have for labels`,
        got: `${JSON.stringify(messageOf(cause))} from ${describe(compute)}`,
        remedy: "have it take labels [batch, classes], or leave out the mixing",
        cause,
      });
    }
  };
}

const withRows =
  (compute: LossFunction): LossFunction =>
  (yTrue, yPred) =>
    compute(rowsOf(yTrue, yPred), yPred);

/** Labels as rows of probabilities, if they are indices of several classes. */
function rowsOf(yTrue: Tensor, yPred: Tensor): Tensor {
  const [n, classes = 1] = yPred.shape;
  if (yPred.rank !== 2 || classes === 1 || areRows(yTrue, yPred) || yTrue.size !== n) return yTrue;
  return cast(oneHot(cast(reshape(yTrue, [-1]), "int32"), classes), "float32");
}

/** Has a function say in plain words that it returns no numbers; gives one number a sample. */
function checked(what: string, given: LossFunction, compute: LossFunction): LossFunction {
  return (yTrue, yPred) => {
    const result: unknown = compute(yTrue, yPred);
    if (!isNumbers(result)) {
      throw new ArgumentError({
        subject: "compile",
        expected: `the ${what} to return a tensor of numbers`,
        got: `${describe(result)} from ${describe(given)}`,
        remedy: "return one number for each sample, computed by operations of TensorFlow.js",
      });
    }
    // One number a sample, as Keras makes of them: there may be weights of samples to multiply.
    const others = result.shape.slice(1).map((_, axis) => axis + 1);
    return others.length > 0 ? mean(result, others) : result;
  };
}

function isNumbers(value: unknown): value is Tensor {
  const { shape, dtype, isDisposed } = Object(value) as Partial<Tensor>;
  const isNumeric = dtype === "float32" || dtype === "int32" || dtype === "bool";
  return Array.isArray(shape) && isNumeric && isDisposed === false;
}
