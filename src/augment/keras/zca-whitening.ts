/**
 * ZCA whitening: the linear map, nearest to the identity, after which the values of the images are
 * uncorrelated over the set and have unit variance. With the centred images as the rows of X (n rows
 * of d values) and X = V S U^T, it is `W = U diag(sqrt(n) / (S + epsilon)) U^T`.
 *
 * U and S come from the eigenvectors of the smaller of X^T X and X X^T. For 32 x 32 x 3 images
 * (d = 3072, n >= d) that takes about two minutes, after n / 300 seconds for the matrix itself, and
 * 300 MB; applying W to one image takes 10 to 15 ms, hundreds of times a whole augmentation.
 */
import { allocate } from "../../bytes/allocate.ts";
import { check } from "../../checks.ts";
import { addGram } from "./gram.ts";
import { symmetricEigen, type SymmetricEigen } from "./symmetric-eigen.ts";

/** Calls back with each centred image in turn; the array may be reused between calls. */
export type ImageVisitor = (visit: (image: Float32Array, index: number) => void) => void;

/** Images gathered before their products are taken: as long a run as fits the cache. */
const BLOCK = 256;

const PURPOSE = {
  subject: "ImageDataGenerator.fit",
  what: "a whitening matrix of all pairs of an image's values",
  remedy: "whiten smaller images (64 x 64 x 3 take 2 GB), or leave zcaWhitening out",
};

const doubles = (length: number): Float64Array => allocate(Float64Array, length, PURPOSE);

/**
 * The whitening map of `n` centred images of `size` values.
 * @returns W, `size` x `size`, symmetric.
 */
export function zcaMatrix(
  visitImages: ImageVisitor,
  n: number,
  size: number,
  epsilon: number,
): Float32Array {
  // Rows k of `components`: sqrt of the k-th factor times the k-th column of U.
  const components =
    n < size
      ? componentsOfFew(visitImages, n, size, epsilon)
      : componentsOfMany(visitImages, n, size, epsilon);
  return productWithItself(components, components.length / size, size);
}

/** From X^T X: its eigenvectors are the columns of U, its eigenvalues the squares of S. */
function componentsOfMany(
  visitImages: ImageVisitor,
  n: number,
  size: number,
  epsilon: number,
): Float64Array {
  const gram = doubles(size * size);
  const block = doubles(size * BLOCK);
  visitImages((image, index) => {
    const column = index % BLOCK;
    for (let k = 0; k < size; k++) block[k * BLOCK + column] = image[k];
    if (column === BLOCK - 1) addGram(block, size, BLOCK, gram);
    if (index === n - 1 && column !== BLOCK - 1) {
      for (let k = 0; k < size; k++) block.fill(0, k * BLOCK + column + 1, (k + 1) * BLOCK);
      addGram(block, size, BLOCK, gram);
    }
  });
  const { values, vectors } = decompose(gram, size);
  for (let k = 0; k < size; k++) {
    const singular = Math.sqrt(Math.max(values[k], 0));
    const factor = Math.sqrt(Math.sqrt(n) / (singular + epsilon));
    for (let i = k * size; i < (k + 1) * size; i++) vectors[i] *= factor;
  }
  return vectors;
}

function decompose(gram: Float64Array, n: number): SymmetricEigen {
  // Infinity would keep the steps of the decomposition from ever ending.
  check(
    gram.every(Number.isFinite),
    "ImageDataGenerator.fit",
    "finite products of the images' values for ZCA whitening",
    "infinity or NaN",
    "scale the images down, e.g. with rescale: 1 / 255",
  );
  return symmetricEigen(gram, n);
}

/**
 * From X X^T, for fewer images than values: with its eigenvectors v the columns of U are X^T v / s.
 * Where s is 0 up to rounding there is no such column, and W maps nothing into that direction.
 */
function componentsOfFew(
  visitImages: ImageVisitor,
  n: number,
  size: number,
  epsilon: number,
): Float64Array {
  const images = doubles(n * size);
  visitImages((image, index) => {
    images.set(image, index * size);
  });
  const gram = doubles(n * n);
  addGram(images, n, size, gram);
  const { values, vectors } = decompose(gram, n);
  const negligible = Math.max(...values) * n * Number.EPSILON;
  const components = doubles(n * size);
  for (let k = 0; k < n; k++) {
    if (values[k] <= negligible) continue;
    const singular = Math.sqrt(values[k]);
    const factor = Math.sqrt(Math.sqrt(n) / (singular + epsilon)) / singular;
    for (let m = 0; m < n; m++) {
      const weight = vectors[k * n + m] * factor;
      for (let i = 0; i < size; i++) components[k * size + i] += weight * images[m * size + i];
    }
  }
  return components;
}

/** `C^T C` for the `count` rows of C, in float32. */
function productWithItself(components: Float64Array, count: number, size: number): Float32Array {
  const columns = doubles(size * count);
  for (let k = 0; k < count; k++) {
    for (let i = 0; i < size; i++) columns[i * count + k] = components[k * size + i];
  }
  const lower = doubles(size * size);
  addGram(columns, size, count, lower);
  const matrix = allocate(Float32Array, size * size, PURPOSE);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      matrix[i * size + j] = lower[i * size + j];
      matrix[j * size + i] = lower[i * size + j];
    }
  }
  return matrix;
}

/** Multiplies the image at `pixels[at ...]` by the symmetric matrix W, in place. */
export function applyWhitening(pixels: Float32Array, at: number, matrix: Float32Array): void {
  const size = Math.sqrt(matrix.length);
  const image = Float64Array.from(pixels.subarray(at, at + size));
  for (let i = 0; i < size; i++) {
    const row = i * size;
    let sum = 0;
    for (let k = 0; k < size; k++) sum += matrix[row + k] * image[k];
    pixels[at + i] = sum;
  }
}
