import type { Along } from "./feature-order.ts";
import type { Layer } from "./layer-weights.ts";
import type { TracedTensor } from "./traced-tensor.ts";

/** The order of a layer's output by those of its inputs. */
export type AxisRule = (inputs: readonly TracedTensor[], context: Context) => TracedTensor;

/** What a rule may ask for. */
export interface Context {
  readonly layer: Layer;
  /** Sizes of the output's axes, without the batch's. */
  readonly shape: readonly number[];
  /** The order of the axes that was told for this layer, from 0. */
  readonly givenAxes: readonly number[] | undefined;
  /** Has the units of Dense layers stand in another order from the start. */
  readonly wanted: (units: readonly Layer[], order: Int32Array) => void;
  /** The order of this layer's units, if that was wanted. */
  readonly unitOrder: Along;
}
