import { readOptions } from "../options.ts";
import { type ByteSource, checkSource } from "./byte-source.ts";
import { FASHION_MNIST_MANIFESTS } from "./fashion-mnist.ts";
import type { ImageSet } from "./image-set.ts";
import { loadIdx } from "./load-idx.ts";
import { loadSplit, splitOption, type Split, type SplitOf } from "./split.ts";

/** Fashion-MNIST's two splits. */
export interface FashionMnist {
  /** 60,000 samples, 6,000 of each class. */
  readonly train: ImageSet;
  /** 10,000 samples, 1,000 of each class. */
  readonly test: ImageSet;
}

/** Options of {@link loadFashionMnist}. */
export interface LoadFashionMnistOptions<S extends Split = Split> {
  /** Which splits to load; a single one reads only that split's files. Default `"both"`. */
  readonly split?: S;
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
export async function loadFashionMnist<S extends Split = "both">(
  source: ByteSource,
  options: LoadFashionMnistOptions<S> = {},
): Promise<SplitOf<FashionMnist, S>> {
  const subject = "loadFashionMnist";
  checkSource(subject, source);
  const settings = readOptions(subject, options as LoadFashionMnistOptions, {
    split: splitOption(),
  });
  return loadSplit(settings.split, FASHION_MNIST_MANIFESTS, (part) => loadIdx(source, part));
}
