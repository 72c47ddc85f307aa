import { tensor, tidy, type DataTypeMap } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";

type Variable = LayersModel["weights"][number];

/** The values that a model's weights had at some moment, held as plain arrays. */
export class WeightsCopy {
  readonly #weights: readonly { variable: Variable; values: DataTypeMap[keyof DataTypeMap] }[];

  private constructor(weights: readonly { variable: Variable; values: Float32Array }[]) {
    this.#weights = weights;
  }

  /** Copies the weights as they are now. */
  static async of(model: LayersModel): Promise<WeightsCopy> {
    const weights = await Promise.all(
      model.weights.map(async (variable) => {
        const values = (await variable.read().data()) as Float32Array;
        // Some backends hand out their own memory.
        return { variable, values: values.slice() };
      }),
    );
    return new WeightsCopy(weights);
  }

  /** Gives the weights back the values that were copied. */
  restore(): void {
    tidy(() => {
      for (const { variable, values } of this.#weights) {
        const { shape, dtype } = variable.read();
        variable.write(tensor(values, shape, dtype));
      }
    });
  }
}
