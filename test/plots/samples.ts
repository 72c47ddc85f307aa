import { ImageSet } from "../../src/dataset/image-set.ts";
import type { ImageShape } from "../../src/dataset/image-shape.ts";
import { randomStream } from "../../src/random/stream.ts";

export const CLASS_NAMES = ["Airplane", "Automobile", "Bird", "Cat", "Deer"];

/** `n` images of noise; image i has label i modulo 5. */
export function noiseSet(n: number, imageShape: ImageShape = [4, 4, 3]): ImageSet {
  const rng = randomStream(0, "noise", n);
  const size = imageShape[0] * imageShape[1] * imageShape[2];
  return new ImageSet({
    images: Uint8Array.from({ length: n * size }, () => rng.integer(256)),
    labels: Uint8Array.from({ length: n }, (_, i) => i % CLASS_NAMES.length),
    imageShape,
    classNames: CLASS_NAMES,
  });
}

/** The rows of data that a specification draws; the first that it holds. */
export function valuesOf(spec: unknown): Record<string, unknown>[] {
  const found = findData(spec, (values) => values.some((row) => Object.keys(row).length > 0));
  if (!found) throw new Error("no data in the specification");
  return found;
}

function findData(
  node: unknown,
  accept: (values: Record<string, unknown>[]) => boolean,
): Record<string, unknown>[] | undefined {
  if (typeof node !== "object" || node === null) return undefined;
  const { data } = node as { data?: { values?: Record<string, unknown>[] } };
  if (data?.values && accept(data.values)) return data.values;
  for (const child of Object.values(node)) {
    const found = findData(child, accept);
    if (found) return found;
  }
  return undefined;
}
