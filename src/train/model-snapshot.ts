import { tidy } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { assignTo } from "../model/constraints.ts";
import { modelInternals } from "../model/internals.ts";
import { weightsInOrder } from "../model/layer-tree.ts";
import { type NamedArray, toArray, toTensor } from "../model/named-array.ts";
import { prepareOptimizer } from "../model/optimizers/prepare-optimizer.ts";
import { readOptimizerState, writeOptimizerState } from "../model/optimizers/optimizer-state.ts";
import { isScheduled, learningRateOf, setLearningRate } from "../model/learning-rate.ts";

/** What training changes in a model, as plain arrays. */
export interface ModelState {
  /** In the order of `weightsInOrder`. */
  readonly weights: readonly NamedArray[];
  /** The optimizer's: first its number of steps, then e.g. Adam's moments. */
  readonly optimizer: readonly NamedArray[];
  /** The present one; `null` for an optimizer without one, and where it follows from the step. */
  readonly learningRate: number | null;
}

/** A model's state at some moment: taken, and put back. */
export class ModelSnapshot implements ModelState {
  readonly weights: readonly NamedArray[];
  readonly optimizer: readonly NamedArray[];
  readonly learningRate: number | null;
  readonly #model: LayersModel;
  readonly #variables: ReturnType<typeof weightsInOrder>;

  /** @param state that fits the model; without an optimizer's only its weights can be put back. */
  constructor(
    model: LayersModel,
    { weights, optimizer = [], learningRate = null }: Partial<ModelState>,
  ) {
    this.weights = weights ?? [];
    this.optimizer = optimizer;
    this.learningRate = learningRate;
    this.#model = model;
    this.#variables = weightsInOrder(model);
  }

  /** Reads back from the device what a compiled model is now. */
  static async of(model: LayersModel): Promise<ModelSnapshot> {
    const { weights } = await ModelSnapshot.ofWeights(model);
    const optimizer = modelInternals(model).optimizer!;
    const rate = isScheduled(optimizer) ? NaN : learningRateOf(optimizer);
    return new ModelSnapshot(model, {
      weights,
      optimizer: await readOptimizerState(optimizer),
      learningRate: Number.isNaN(rate) ? null : rate,
    });
  }

  /** The weights alone. */
  static async ofWeights(model: LayersModel): Promise<ModelSnapshot> {
    const weights = await Promise.all(
      weightsInOrder(model).map((weight) => toArray(weight.originalName, weight.read())),
    );
    return new ModelSnapshot(model, { weights });
  }

  /** The same of values that were taken before. */
  static ofValues(model: LayersModel, values: readonly Float32Array[]): ModelSnapshot {
    const weights = weightsInOrder(model).map(({ originalName, shape }, i) => ({
      name: originalName,
      shape: shape as number[],
      values: values[i],
    }));
    return new ModelSnapshot(model, { weights });
  }

  /** The values of the weights, which are all of float32. */
  get values(): Float32Array[] {
    return this.weights.map(({ values }) => values as Float32Array);
  }

  /** Gives the weights the values that they had. */
  restoreWeights(): void {
    tidy(() => {
      this.#variables.forEach((weight, i) => {
        assignTo(weight, toTensor(this.weights[i]));
      });
    });
  }

  /** Has the model be what it was, its optimizer and the learning rate included. */
  async restore(subject: string): Promise<void> {
    this.restoreWeights();
    const optimizer = modelInternals(this.#model).optimizer!;
    await writeOptimizerState(subject, optimizer, this.optimizer);
    // One that had none takes none.
    if (this.optimizer.length > 1) prepareOptimizer(subject, this.#model);
    if (this.learningRate !== null) setLearningRate(subject, optimizer, this.learningRate);
  }
}
