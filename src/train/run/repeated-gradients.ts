/**
 * The loss, the metrics and the gradients of a training step. They follow from the batch, the weights and
 * the seeds that layers draw; so a backend may record how, and compute those of the next steps without
 * asking TensorFlow.js. What the optimizer does with them is always computed anew.
 */
import { Optimizer, type Scalar, type Tensor, type Variable } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { makeRecorder, type Recorder } from "../../model/backend/recorder.ts";
import { type Draw, drawAgain, watchDraws } from "../../model/layers/random-step.ts";
import { weightsInOrder } from "../../model/layer-tree.ts";
import { stateOf, whyNotRepeatable } from "../../model/repeatable.ts";

type Gradients = ReturnType<Optimizer["computeGradients"]>;

export class RepeatedGradients {
  readonly #model: LayersModel;
  readonly #compute: Optimizer["computeGradients"];
  readonly #isOwn: boolean;
  #recorder: Recorder | undefined;
  /** Why nothing is repeated. */
  #reason = "";
  /** What the layers were when recording began. */
  #state: readonly unknown[] = [];
  /** The names of the gradients; the seeds that were drawn. */
  #names: readonly string[] = [];
  #draws: readonly Draw[] = [];

  constructor(model: LayersModel, optimizer: Optimizer) {
    this.#model = model;
    this.#compute = optimizer.computeGradients.bind(optimizer);
    this.#isOwn = optimizer.computeGradients !== Optimizer.prototype.computeGradients;
  }

  /**
   * The loss and the gradients.
   * @param loss as the optimizer gets it; pushes the metrics.
   * @param data all tensors of the batch.
   * @param metrics where the metrics go.
   */
  of(
    loss: () => Scalar,
    variables: Variable[] | undefined,
    data: readonly Tensor[],
    metrics: Scalar[],
  ): Gradients {
    this.#lookAtLayers();
    if (!this.#recorder) return this.#compute(loss, variables);
    const compute = () => {
      const draws: Draw[] = [];
      const { value, grads } = watchDraws(draws, () => this.#compute(loss, variables));
      this.#names = Object.keys(grads);
      this.#draws = draws;
      return {
        outputs: [value, ...metrics.splice(0), ...Object.values(grads)],
        drawn: draws.map(({ seed }) => seed),
      };
    };
    const computation = {
      inputs: [...data, ...weightsInOrder(this.#model).map((weight) => weight.read())],
      compute,
      draw: () => drawAgain(this.#draws),
    };
    const outputs =
      this.#reason === ""
        ? this.#recorder.run(computation)
        : this.#recorder.eager(computation, this.#reason);
    const gradients = outputs.splice(outputs.length - this.#names.length);
    metrics.push(...(outputs.splice(1) as Scalar[]));
    return {
      value: outputs[0] as Scalar,
      grads: Object.fromEntries(this.#names.map((name, i) => [name, gradients[i]])),
    };
  }

  /** Gives up what was recorded. */
  dispose(): void {
    this.#recorder?.dispose();
    this.#recorder = undefined;
    this.#state = [];
  }

  /** Begins anew where layers have other settings, or hold other things, than before. */
  #lookAtLayers(): void {
    const state = stateOf(this.#model);
    const before = this.#state;
    if (state.length === before.length && state.every((part, i) => Object.is(part, before[i]))) {
      return;
    }
    this.dispose();
    this.#state = state;
    this.#reason = this.#isOwn
      ? "the optimizer computes gradients of its own"
      : whyNotRepeatable(this.#model);
    this.#recorder = makeRecorder();
  }
}
