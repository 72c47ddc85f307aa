import type { LayersModel } from "@tensorflow/tfjs-layers";
import { DataError } from "../../errors.ts";
import { createPause } from "../../runtime/event-loop.ts";
import { modelInternals } from "../../model/internals.ts";
import { weightsInOrder } from "../../model/layer-tree.ts";
import type { NamedArray } from "../../model/named-array.ts";
import { scalarCount, slotsPerVariable } from "../../model/optimizers/optimizer-state.ts";
import { trainedWeights } from "../../model/trainable.ts";
import { stepsIn } from "../../model/optimizers/tfjs-form.ts";
import type { ModelState } from "../model-snapshot.ts";
import type { Checkpoint } from "./checkpoint.ts";

/**
 * Checks the state out of a checkpoint, which may be of another model or made by hand.
 * @throws {DataError} if it does not fit the model.
 */
export async function checkModelState(
  subject: string,
  model: LayersModel,
  { weights, optimizer, result = [] }: ModelState & Partial<Pick<Checkpoint, "result">>,
): Promise<void> {
  checkWeights(subject, model, weights);
  if (result.length > 0) checkWeights(subject, model, result);
  checkSlots(subject, model, optimizer);
  // Millions of numbers: a page has to stay awake.
  const pause = createPause();
  for (const array of [...weights, ...optimizer, ...result]) {
    const bad = firstNotFinite([array]);
    if (bad !== undefined) throw misfit(subject, "finite weights", `NaN or infinity in ${bad}`);
    await pause();
  }
}

/** Name of the first array with a value that is not finite, if there is one. */
export function firstNotFinite(arrays: readonly NamedArray[]): string | undefined {
  return arrays.find(({ values }) => {
    if (values instanceof Int32Array) return false;
    // An exponent of all ones means infinity or NaN; integers compare faster than floats.
    const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
    for (let i = 0; i < bits.length; i++) {
      if ((bits[i] & 0x7f800000) === 0x7f800000) return true;
    }
    return false;
  })?.name;
}

function checkWeights(subject: string, model: LayersModel, weights: readonly NamedArray[]): void {
  const wanted = weightsInOrder(model).map(({ shape, dtype }) => kind(shape, dtype));
  const saved = weights.map(kindOf);
  const stray = wanted.findIndex((one, i) => one !== saved[i]);
  if (stray === -1 && wanted.length === saved.length) return;
  throw misfit(
    subject,
    stray === -1 ? `${wanted.length} weights` : `weight ${stray} to be ${wanted[stray]}`,
    stray === -1 ? `${saved.length}` : (saved[stray] ?? "none"),
  );
}

/** An optimizer keeps equally many tensors for each weight, in groups; some keep scalars as well. */
function checkSlots(
  subject: string,
  model: LayersModel,
  [iterations, ...rest]: readonly NamedArray[],
): void {
  const optimizer = modelInternals(model).optimizer!;
  const wanted = trainedWeights(model).map(({ shape }) => kind(shape, "float32"));
  stepsIn(subject, iterations);
  const end = rest.length - scalarCount(optimizer);
  const slots = rest.slice(0, end);
  const counts = slotsPerVariable(optimizer);
  const groups = slots.length / Math.max(1, wanted.length);
  const fits =
    end >= 0 &&
    (groups === 0 || (counts?.includes(groups) ?? Number.isInteger(groups))) &&
    slots.every((slot, i) => kindOf(slot) === wanted[i % wanted.length]) &&
    rest.slice(end).every((scalar) => kindOf(scalar) === kind([], "float32"));
  if (!fits) throw misfit(subject, "an optimizer's state for the model's weights", "another");
}

const kind = (shape: readonly (number | null)[], dtype: string): string =>
  `${dtype} [${shape.join(", ")}]`;

const kindOf = ({ shape, values }: NamedArray): string =>
  kind(shape, values instanceof Float32Array ? "float32" : "int32");

function misfit(subject: string, expected: string, got: string): DataError {
  const remedy = "the checkpoint was taken of another model: build that one, or start anew";
  return new DataError({ subject, expected: `${expected} in the checkpoint`, got, remedy });
}
