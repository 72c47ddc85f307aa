/**
 * The loss, the metrics and the gradients of a training step, which are repeated where that is possible.
 * What the optimizer does with them is always computed anew.
 */
import { Optimizer, type Scalar, type Tensor, type Variable } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { whyNotRepeatable } from "../../model/repeatable.ts";
import { Repeated } from "../../model/repeated.ts";

type Gradients = ReturnType<Optimizer["computeGradients"]>;

export class RepeatedGradients {
  readonly #compute: Optimizer["computeGradients"];
  readonly #repeated: Repeated;
  /** The variables whose gradients are repeated, and the names that the gradients have. */
  #variables: readonly Variable[] | undefined;
  #names: readonly string[] = [];

  constructor(model: LayersModel, optimizer: Optimizer) {
    const isOwn = optimizer.computeGradients !== Optimizer.prototype.computeGradients;
    this.#compute = optimizer.computeGradients.bind(optimizer);
    this.#repeated = new Repeated(model, (now) =>
      isOwn ? "the optimizer computes gradients of its own" : whyNotRepeatable(now),
    );
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
    if (!areSame(variables, this.#variables)) this.#repeated.dispose();
    this.#variables = variables;
    const outputs = this.#repeated.run(data, () => {
      const { value, grads } = this.#compute(loss, variables);
      this.#names = Object.keys(grads);
      return [value, ...metrics.splice(0), ...Object.values(grads)];
    });
    const gradients = outputs.splice(outputs.length - this.#names.length);
    const [value, ...others] = outputs as Scalar[];
    metrics.push(...others);
    return { value, grads: Object.fromEntries(this.#names.map((name, i) => [name, gradients[i]])) };
  }

  /** Gives up what was recorded. */
  dispose(): void {
    this.#repeated.dispose();
  }
}

const areSame = (some?: readonly Variable[], others?: readonly Variable[]): boolean =>
  some?.length === others?.length && (some ?? []).every((one, i) => one === others?.[i]);
