import { tensor, tidy } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";

/** The values that a model's weights had at some moment, held as plain arrays. */
export class WeightsCopy {
  /** The values of each weight, in the model's order. */
  readonly values: readonly Float32Array[];
  readonly #weights: LayersModel["weights"];

  /** @param values of each of the model's weights, in its order. */
  constructor(model: LayersModel, values: readonly Float32Array[]) {
    // The list itself: freezing a layer later changes the model's order.
    this.#weights = model.weights;
    this.values = values;
  }

  /** Copies the weights as they are now. */
  static async of(model: LayersModel): Promise<WeightsCopy> {
    const values = await Promise.all(
      model.weights.map(async (weight) => {
        const data = (await weight.read().data()) as Float32Array;
        // Some backends hand out their own memory.
        return data.slice();
      }),
    );
    return new WeightsCopy(model, values);
  }

  /** Gives the weights back the values that were copied. */
  restore(): void {
    tidy(() => {
      this.#weights.forEach((weight, i) => {
        const { shape, dtype } = weight.read();
        weight.write(tensor(this.values[i], shape, dtype));
      });
    });
  }
}
