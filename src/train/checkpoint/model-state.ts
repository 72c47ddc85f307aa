import { dispose, type Optimizer, type Tensor, tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { DataError } from "../../errors.ts";
import { modelInternals } from "../../model/internals.ts";
import type { Checkpoint, NamedArray } from "./checkpoint.ts";

/** The part of a checkpoint that lies in tensors. */
export type ModelState = Pick<Checkpoint, "weights" | "optimizer">;

/** Reads the weights of a model and of its optimizer back from the device. */
export async function readModelState(model: LayersModel): Promise<ModelState> {
  const optimizer = modelInternals(model).optimizer!;
  const [iterations, ...slots] = await optimizer.getWeights();
  const read = ({ name, tensor: value }: { name: string; tensor: Tensor }): Promise<NamedArray> =>
    toArray(name, value);
  const weights = await Promise.all(
    model.weights.map((weight) => toArray(weight.originalName, weight.read())),
  );
  const state = { weights, optimizer: await Promise.all([iterations, ...slots].map(read)) };
  // The number of steps was made into a tensor for this list; the rest belongs to the optimizer.
  iterations.tensor.dispose();
  return state;
}

/**
 * Gives a model and its optimizer the weights of a checkpoint.
 * @throws {DataError} if they do not fit; nothing has been changed then.
 */
export async function writeModelState(
  subject: string,
  model: LayersModel,
  { weights, optimizer: slots }: ModelState,
): Promise<void> {
  const optimizer = modelInternals(model).optimizer!;
  checkWeights(subject, model, weights);
  checkSlots(subject, model, slots);
  model.weights.forEach((weight, i) => {
    const value = toTensor(weights[i]);
    weight.write(value);
    value.dispose();
  });
  await replaceSlots(optimizer, slots);
}

/** Name of the first array with a value that is not finite, if there is one. */
export function firstNotFinite(arrays: readonly NamedArray[]): string | undefined {
  return arrays.find(({ values }) => {
    if (values instanceof Int32Array) return false;
    // An exponent of all ones means infinity or NaN; integers compare faster than floats.
    const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
    for (const word of bits) if ((word & 0x7f800000) === 0x7f800000) return true;
    return false;
  })?.name;
}

async function replaceSlots(optimizer: Optimizer, slots: readonly NamedArray[]): Promise<void> {
  const [iterations, ...old] = await optimizer.getWeights();
  iterations.tensor.dispose();
  const restored = slots.map((slot) => ({ name: slot.name, tensor: toTensor(slot) }));
  await optimizer.setWeights(restored);
  // Those that the optimizer had before are nobody's now; it holds the new ones by itself.
  dispose([...old, ...restored].map(({ tensor: slot }) => slot));
}

async function toArray(name: string, value: Tensor): Promise<NamedArray> {
  // A copy: some backends hand out their own memory.
  const values = (await value.data()).slice() as Float32Array | Int32Array;
  return { name, shape: value.shape, values };
}

function toTensor({ values, shape }: NamedArray): Tensor {
  return tensor(values, [...shape], values instanceof Float32Array ? "float32" : "int32");
}

function checkWeights(subject: string, model: LayersModel, weights: readonly NamedArray[]): void {
  const wanted = model.weights.map(({ shape }) => sizes(shape));
  const saved = weights.map(({ shape }) => sizes(shape));
  const stray = wanted.findIndex((shape, i) => shape !== saved[i]);
  if (stray === -1 && wanted.length === saved.length) return;
  throw misfit(
    subject,
    stray === -1 ? `${wanted.length} weights` : `weight ${stray} of shape ${wanted[stray]}`,
    stray === -1 ? `${saved.length}` : (saved[stray] ?? "none"),
  );
}

/** Adam and its like keep as many slots for each weight, in groups. */
function checkSlots(subject: string, model: LayersModel, slots: readonly NamedArray[]): void {
  const trainable = modelInternals(model).trainableWeights.map(({ shape }) => sizes(shape));
  const [iterations, ...rest] = slots.map(({ shape }) => sizes(shape));
  const isCount = iterations === "[]" && slots[0].values[0] >= 0;
  const fits = rest.every((shape, i) => shape === trainable[i % trainable.length]);
  if (isCount && fits && rest.length % Math.max(1, trainable.length) === 0) return;
  throw misfit(subject, "an optimizer's state for the model's weights", "another");
}

const sizes = (shape: readonly (number | null)[]): string => `[${shape.join(", ")}]`;

function misfit(subject: string, expected: string, got: string): DataError {
  const remedy = "the checkpoint was taken of another model: build that one, or start anew";
  return new DataError({ subject, expected: `${expected} in the checkpoint`, got, remedy });
}
