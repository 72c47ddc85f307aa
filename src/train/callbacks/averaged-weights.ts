import { add, clone, dispose, keep, mul, tensor, tidy, type Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { assignTo } from "../../model/constraints.ts";

type Variable = LayersModel["trainableWeights"][number];

/** Moving averages of some of a model's weights; they are tensors, which `dispose` frees. */
export class AveragedWeights {
  readonly #variables: readonly Variable[];
  #averages: Tensor[];

  /** @param values the averages to begin with; default the weights as they are. */
  constructor(variables: readonly Variable[], values?: readonly Float32Array[]) {
    this.#variables = variables;
    this.#averages = tidy(() =>
      this.#variables.map((variable, i) => {
        const weight = variable.read();
        // A product, not a clone: a clone shares its memory with a weight that may change in place.
        return keep(values ? tensor(values[i], weight.shape) : mul(weight, 1));
      }),
    );
  }

  /** The averages as plain arrays. */
  async values(): Promise<Float32Array[]> {
    const data = await Promise.all(this.#averages.map((average) => average.data<"float32">()));
    return data.map((values) => values.slice());
  }

  /** Moves each average towards its weight: average = momentum average + (1 - momentum) weight. */
  update(momentum: number): void {
    const moved = tidy(() =>
      this.#variables.map((variable, i) =>
        keep(add(mul(this.#averages[i], momentum), mul(variable.read(), 1 - momentum))),
      ),
    );
    dispose(this.#averages);
    this.#averages = moved;
  }

  /** Puts the averages into the model and keeps the weights in their place, or back again. */
  swap(): void {
    this.#averages = this.#variables.map((variable, i) => {
      const weight = keep(clone(variable.read()));
      assignTo(variable, this.#averages[i]);
      dispose(this.#averages[i]);
      return weight;
    });
  }

  /** Gives the weights the values of the averages. */
  show(): void {
    tidy(() => {
      this.#variables.forEach((variable, i) => {
        // A product, for the weight may change in place.
        assignTo(variable, mul(this.#averages[i], 1));
      });
    });
  }

  dispose(): void {
    dispose(this.#averages);
    this.#averages = [];
  }
}
