/**
 * The members of tfjs-layers' classes that this library relies on although their declarations call
 * them private or protected. They stand here, in one place, so that a new release of tfjs-layers
 * can be checked against this file alone.
 */
import type { io, Optimizer, Scalar, Tensor, Variable } from "@tensorflow/tfjs-core";
import type { LayersModel, LayerVariable, SymbolicTensor } from "@tensorflow/tfjs-layers";

/** Takes true values and outputs, gives one loss (or metric) value per sample. */
export type LossFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** Arguments that tfjs-layers hands to a layer's `call`. */
export interface CallArguments {
  readonly training?: boolean | null;
  /** Which time steps count, of a recurrent layer. */
  readonly mask?: Tensor | Tensor[] | null;
  /** What a recurrent layer begins with. */
  readonly initialState?: readonly Tensor[] | null;
}

/** A layer, with the members that replacing its `call` needs. */
export interface LayerInternals {
  name: string;
  trainable: boolean;
  getClassName(): string;
  getConfig(): Record<string, unknown>;
  call(inputs: Tensor | Tensor[], kwargs: CallArguments): Tensor | Tensor[];
  invokeCallHook(inputs: Tensor | Tensor[], kwargs: CallArguments): void;
  /** Of a model. */
  readonly layers?: readonly LayerInternals[];
  /** Of a wrapper such as TimeDistributed; Bidirectional only builds its two layers by it. */
  readonly layer?: LayerInternals;
  readonly forwardLayer?: LayerInternals;
  readonly backwardLayer?: LayerInternals;
  /** Of a recurrent layer, and of several cells that make one. */
  readonly cell?: LayerInternals;
  readonly cells?: readonly LayerInternals[];
  readonly weights: readonly LayerVariable[];
  readonly trainableWeights: LayerVariable[];
  /** Those that it would train if nothing were frozen. */
  readonly _trainableWeights?: readonly LayerVariable[];
  /** Such as the statistics of a batch normalisation. */
  readonly _nonTrainableWeights?: readonly LayerVariable[];
  readonly activation?: {
    getClassName(): string;
    apply(x: Tensor, ...parameters: number[]): Tensor;
  };
  readonly kernel?: LayerVariable;
  readonly bias?: LayerVariable | null;
}

/** A recurrent layer. */
export interface RecurrentInternals extends LayerInternals {
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly goBackwards: boolean;
  readonly stateful: boolean;
}

/** The cell of a recurrent layer: what it does at each time step. */
export interface CellInternals extends LayerInternals {
  readonly units: number;
  readonly recurrentKernel: LayerVariable;
  readonly recurrentActivation?: { getClassName(): string };
  /** Rates. */
  readonly dropout: number;
  readonly recurrentDropout: number;
  /** Makes a mask of ones. */
  dropoutFunc?: (ones: Tensor, rate: number) => Tensor;
  /** What it has made for the call under way. */
  dropoutMask?: Tensor | Tensor[] | null;
  recurrentDropoutMask?: Tensor | Tensor[] | null;
}

/** Makes a layer's `call` with Keras's behaviour; `stock` is the one it had. */
export type CallFactory = (
  layer: LayerInternals,
  stock: LayerInternals["call"],
) => LayerInternals["call"];

/** A model, with the members that the training loop needs. */
interface ModelInternals {
  readonly layers: LayerInternals[];
  /** `<layer>_ib-<i>` for each call of a layer in it. */
  readonly containerNodes: ReadonlySet<string>;
  readonly inputs: SymbolicTensor[];
  readonly outputs: SymbolicTensor[];
  loss: unknown;
  lossFunctions?: LossFunction[];
  /** As it was compiled with them: names and functions, in a list or by the output. */
  metrics?: unknown;
  /** `loss`, then one name a metric. */
  metricsNames?: string[];
  /** One metric each, with the index of its output; of models with one output. */
  metricsTensors?: [LossFunction, number][];
  readonly optimizer: Optimizer | undefined;
  readonly trainableWeights: LayerVariable[];
  /** Those that a step moves: what was trainable when the model was compiled. */
  collectedTrainableWeights: LayerVariable[];
  /** Whether the run under way is to end. */
  stopTraining: boolean;
  /** One optimisation step on `[inputs..., targets..., sample weights...]`, the last if any; gives `[loss, ...metrics]`. */
  makeTrainFunction(): (data: Tensor[]) => Scalar[];
  /** Loss, metrics and optimizer as `model.save` writes them. */
  getTrainingConfig(): io.TrainingConfig;
}

/** A model's members that say who disposes what. */
export interface ContainerInternals {
  isOptimizerOwned: boolean;
  /** How many models it is in, and 1; 0 once it is disposed. */
  _refCount: number;
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

/** The one tensor of a layer's inputs. */
export function onlyTensor(inputs: Tensor | Tensor[]): Tensor {
  return Array.isArray(inputs) ? inputs[0] : inputs;
}

/** A variable of one of TensorFlow.js's optimizers. */
export interface OptimizerVariable {
  readonly originalName: string;
  readonly variable: Variable;
}

/** The state of TensorFlow.js's Adam beyond what its `getWeights` gives. */
export interface StockAdamInternals {
  readonly accBeta1: Variable;
  readonly accBeta2: Variable;
}

/** The state of TensorFlow.js's Adamax, whose `getWeights` throws. */
export interface StockAdamaxInternals {
  iterations_: number;
  readonly iteration: Variable;
  readonly accBeta1: Variable;
  accumulatedFirstMoment: readonly OptimizerVariable[];
  accumulatedWeightedInfNorm: readonly OptimizerVariable[];
}

/** What TensorFlow.js's optimizers make and do not dispose. */
export interface StockOptimizerInternals {
  /** Momentum's negative learning rate, a tensor. */
  readonly c?: Tensor;
  saveIterations(): Promise<NamedTensor>;
}

/** What the rules of TensorFlow.js's optimizers read and move; each class has some of it. */
export interface StockRuleInternals extends StockAdamInternals, StockAdamaxInternals {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  /** Of RMSProp for the mean of squares, of Adamax for the rate. */
  readonly decay: number;
  readonly rho: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly centered: boolean;
  readonly useNesterov: boolean;
  /** The negative learning rate, and the momentum. */
  readonly c: Tensor;
  readonly m: Tensor;
  readonly accumulations: readonly OptimizerVariable[];
  readonly accumulatedSecondMoment: readonly OptimizerVariable[];
  readonly accumulatedMeanSquares: readonly OptimizerVariable[];
  readonly accumulatedMoments: readonly OptimizerVariable[];
  readonly accumulatedMeanGrads: readonly OptimizerVariable[];
  readonly accumulatedGrads: readonly OptimizerVariable[];
  readonly accumulatedUpdates: readonly OptimizerVariable[];
  incrementIterations(): void;
}
