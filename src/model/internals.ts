/**
 * The members of tfjs-layers' classes that this library relies on although their declarations call
 * them private or protected. They stand here, in one place, so that a new release of tfjs-layers
 * can be checked against this file alone.
 */
import type { Optimizer, Scalar, Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel, LayerVariable, SymbolicTensor } from "@tensorflow/tfjs-layers";

/** Takes true values and outputs, gives one loss (or metric) value per sample. */
export type LossFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** Arguments that tfjs-layers hands to a layer's `call`. */
export interface CallArguments {
  readonly training?: boolean;
}

/** A layer, with the members that replacing its `call` needs. */
export interface LayerInternals {
  name: string;
  trainable: boolean;
  getClassName(): string;
  getConfig(): Record<string, unknown>;
  call(inputs: Tensor | Tensor[], kwargs: CallArguments): Tensor | Tensor[];
  invokeCallHook(inputs: Tensor | Tensor[], kwargs: CallArguments): void;
  readonly activation?: { getClassName(): string };
  readonly kernel?: LayerVariable;
  readonly bias?: LayerVariable | null;
}

/** A model, with the members that the training loop needs. */
export interface ModelInternals {
  readonly layers: LayerInternals[];
  readonly inputs: SymbolicTensor[];
  readonly outputs: SymbolicTensor[];
  loss: unknown;
  lossFunctions?: LossFunction[];
  /** `loss`, then one name a metric. */
  metricsNames?: string[];
  /** One metric each, with the index of its output; of models with one output. */
  metricsTensors?: [LossFunction, number][];
  /** Whether disposing the model disposes its optimizer too. */
  isOptimizerOwned: boolean;
  readonly optimizer: Optimizer | undefined;
  readonly trainableWeights: LayerVariable[];
  /** Those that a step moves: what was trainable when the model was compiled. */
  collectedTrainableWeights: LayerVariable[];
  /** Whether the run under way is to end. */
  stopTraining: boolean;
  /** One optimisation step on `[inputs..., targets..., sample weights...]`, the last if any; gives `[loss, ...metrics]`. */
  makeTrainFunction(): (data: Tensor[]) => Scalar[];
}

/** A tensor with the name of the variable that it belongs to. */
export type NamedTensor = Awaited<ReturnType<Optimizer["getWeights"]>>[number];

/** Gradients by the names of their variables. */
export type NamedVariableMap = Extract<
  Parameters<Optimizer["applyGradients"]>[0],
  Record<string, unknown>
>;

/** The optimizer's members that hold its learning rate. */
export interface OptimizerInternals {
  learningRate?: number;
  setLearningRate?(learningRate: number): void;
}

/** The members of `model` that its declaration hides; for a Sequential, those of its inner model. */
export function modelInternals(model: LayersModel): ModelInternals {
  const { model: inner } = model as unknown as { model?: LayersModel };
  return (inner ?? model) as unknown as ModelInternals;
}

/** Has the next steps move the weights that are trainable now; tfjs-layers asks when it compiles. */
export function trainWhatIsTrainable(model: LayersModel): void {
  const inner = modelInternals(model);
  inner.collectedTrainableWeights = inner.trainableWeights;
}

/** The one tensor of a layer's inputs. */
export function onlyTensor(inputs: Tensor | Tensor[]): Tensor {
  return Array.isArray(inputs) ? inputs[0] : inputs;
}
