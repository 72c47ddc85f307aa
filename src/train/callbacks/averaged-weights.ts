import { add, clone, dispose, keep, mul, tidy, type Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";

type Variable = LayersModel["trainableWeights"][number];

/** Moving averages of a model's trainable weights; they are tensors, which `dispose` frees. */
export class AveragedWeights {
  readonly #variables: readonly Variable[];
  #averages: Tensor[];

  /** Begins with the weights as they are. */
  constructor(model: LayersModel) {
    this.#variables = model.trainableWeights;
    // Products, not clones: a clone shares its memory with a weight that may be changed in place.
    this.#averages = tidy(() => this.#variables.map((variable) => keep(mul(variable.read(), 1))));
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
      variable.write(this.#averages[i]);
      dispose(this.#averages[i]);
      return weight;
    });
  }

  dispose(): void {
    dispose(this.#averages);
    this.#averages = [];
  }
}
