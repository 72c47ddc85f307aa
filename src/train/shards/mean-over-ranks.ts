/**
 * Means over processes: each of them adds one slice of what all have, in the tree's order, and gives it to the
 * others. That moves no more than a ring does, 2 (size - 1) / size of the data for each, and needs no sum of
 * the network's own, whose order nobody promises.
 */
import type { Tensor } from "@tensorflow/tfjs-core";
import { addInTree } from "./add-in-tree.ts";
import type { Ranks } from "./ranks.ts";

/**
 * @param sums what this process has added, float32; undefined if it has nothing.
 * @param shapes of the sums.
 * @param isIdle whether a process has nothing.
 * @param scale what the sum of all is multiplied by.
 * @returns the values of each.
 */
export async function meanOverRanks(
  sums: readonly Tensor[] | undefined,
  shapes: readonly (readonly number[])[],
  ranks: Ranks,
  isIdle: (rank: number) => boolean,
  scale: number,
): Promise<Float32Array[]> {
  const sizes = shapes.map((shape) => shape.reduce((product, extent) => product * extent, 1));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const slice = Math.ceil(total / ranks.size);
  const mine = new Float32Array(slice * ranks.size);
  let at = 0;
  for (const sum of sums ?? []) {
    mine.set(await sum.data(), at);
    at += sum.size;
  }
  const parts = await ranks.parts(mine);
  const mean = await addInTree(
    0,
    ranks.size,
    (rank) => (isIdle(rank) ? undefined : parts.subarray(rank * slice, (rank + 1) * slice)),
    addTo,
  );
  for (let i = 0; i < slice; i++) mean![i] *= scale;
  const means = await ranks.numbers(mean!);
  at = 0;
  return sizes.map((size) => means.subarray(at, (at += size)));
}

/** Adds floats to others. Rounded once, as a backend does it. */
function addTo(floats: Float32Array, others: Float32Array): Float32Array {
  for (let i = 0; i < floats.length; i++) floats[i] += others[i];
  return floats;
}
