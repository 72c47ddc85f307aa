/**
 * A hash of what a weights file holds, kept in the file, so that damage to the numbers is seen, which
 * neither safetensors nor HDF5 see themselves.
 */
import { DataError } from "../../errors.ts";
import { joinBytes } from "../../bytes/bytes.ts";
import { sha256 } from "../../bytes/sha256.ts";
import type { SafeTensor } from "../../formats/safetensors.ts";

/**
 * SHA-256 of a safetensors file's content: of its text (without the hash) and its tensors' names,
 * types and shapes as JSON, each sorted by name, and the tensors' bytes in that order.
 */
export function safetensorsHash(
  tensors: ReadonlyMap<string, SafeTensor>,
  metadata: Readonly<Record<string, string>>,
): Promise<string> {
  const sorted = [...tensors].sort(([a], [b]) => (a < b ? -1 : 1));
  const text = Object.entries(metadata).filter(([key]) => key !== "sha256");
  return hashOf(
    [
      text.sort(([a], [b]) => (a < b ? -1 : 1)),
      sorted.map(([name, { dtype, shape }]) => [name, dtype, shape]),
    ],
    sorted.map(([, { data }]) => data),
  );
}

/**
 * SHA-256 of the weights in an HDF5 file: of their shapes as JSON, with the class names if there are
 * any, and their float32 bytes, in the model's order.
 */
export function weightsHash(
  weights: readonly { readonly shape: readonly number[]; readonly data: Float32Array }[],
  classNames: readonly string[] | undefined,
): Promise<string> {
  const shapes = weights.map(({ shape }) => shape);
  return hashOf(
    classNames ? [shapes, classNames] : shapes,
    weights.map(({ data }) => data),
  );
}

/** @throws {DataError} if a file says that its content has another hash. */
export function checkHash(expected: string | undefined, found: string): void {
  if (expected === undefined || expected === found) return;
  throw new DataError({
    subject: "loadWeights",
    expected: `content with the SHA-256 that the file names, ${expected}`,
    got: found,
    remedy:
      "the file was damaged or changed: get it again; a program that changes weights must leave out the old sha256",
  });
}

function hashOf(description: unknown, arrays: readonly ArrayBufferView[]): Promise<string> {
  const head = new TextEncoder().encode(JSON.stringify(description));
  return sha256(joinBytes([head, ...arrays]));
}
