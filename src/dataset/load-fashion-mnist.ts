import { checkOneOf, checkOptions } from "../checks.ts";
import type { ByteSource } from "./byte-source.ts";
import { FASHION_MNIST_MANIFESTS } from "./fashion-mnist.ts";
import type { ImageSet } from "./image-set.ts";
import { loadIdx } from "./load-idx.ts";
import { checkSource } from "./load-records.ts";

/** Fashion-MNIST's two splits. */
export interface FashionMnist {
  /** 60,000 samples, 6,000 of each class. */
  readonly train: ImageSet;
  /** 10,000 samples, 1,000 of each class. */
  readonly test: ImageSet;
}

/** Options of {@link loadFashionMnist}. */
export interface LoadFashionMnistOptions {
  /** Which splits to load; a single one reads only that split's files. Default `"both"`. */
  readonly split?: "both" | "train" | "test";
}

/**
 * Fashion-MNIST as bytes: 28 x 28 grey images 0..255, `[28, 28, 1]`, with labels 0..9, in the order
 * of the official files. The SHA-256 of every file is checked on every call.
 *
 * @param source where the official files come from, compressed or not, e.g.
 * `folderSource("/usr/share/datasets/fashion-mnist")` of `cifar-kit/node`.
 * @throws {DataError} if a file is truncated, altered or another one.
 * @throws {SourceError} if a file cannot be had.
 * @see https://github.com/zalandoresearch/fashion-mnist
 */
export async function loadFashionMnist(
  source: ByteSource,
  options?: LoadFashionMnistOptions & { readonly split?: "both" },
): Promise<FashionMnist>;
export async function loadFashionMnist(
  source: ByteSource,
  options: LoadFashionMnistOptions & { readonly split: "train" },
): Promise<Pick<FashionMnist, "train">>;
export async function loadFashionMnist(
  source: ByteSource,
  options: LoadFashionMnistOptions & { readonly split: "test" },
): Promise<Pick<FashionMnist, "test">>;
export async function loadFashionMnist(
  source: ByteSource,
  options?: LoadFashionMnistOptions,
): Promise<Partial<FashionMnist>>;
export async function loadFashionMnist(
  source: ByteSource,
  options: LoadFashionMnistOptions = {},
): Promise<Partial<FashionMnist>> {
  const subject = "loadFashionMnist";
  checkSource(subject, source);
  checkOptions(subject, options, ["split"]);
  const { split = "both" } = options;
  checkOneOf(subject, "split", split, ["both", "train", "test"]);
  const { train, test } = FASHION_MNIST_MANIFESTS;
  return {
    ...(split !== "test" && { train: await loadIdx(source, train) }),
    ...(split !== "train" && { test: await loadIdx(source, test) }),
  };
}
