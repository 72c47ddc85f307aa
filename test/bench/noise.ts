import { ImageSet } from "../../src/dataset/image-set.ts";

/** Images of 32 x 32 pixels of noise in ten classes: what a benchmark trains on. */
export function noiseImages(length: number): ImageSet {
  const hash = (i: number): number => Math.imul(i ^ (i >>> 15), 2654435761) >>> 24;
  return new ImageSet({
    images: Uint8Array.from({ length: length * 3072 }, (_, i) => hash(i)),
    labels: Uint8Array.from({ length }, (_, i) => (i * 7) % 10),
    imageShape: [32, 32, 3],
    classNames: Array.from("0123456789"),
  });
}
