import { readOptions } from "../options.ts";
import { type ByteSource, checkSource } from "./byte-source.ts";
import { CIFAR10_MANIFESTS } from "./cifar10.ts";
import type { ImageSet } from "./image-set.ts";
import { loadRecords } from "./load-records.ts";
import { loadSplit, splitOption, type Split, type SplitOf } from "./split.ts";

/** CIFAR-10's two splits. */
export interface Cifar10 {
  /** 50,000 samples, 5,000 of each class. */
  readonly train: ImageSet;
  /** 10,000 samples, 1,000 of each class. */
  readonly test: ImageSet;
}

/** Options of {@link loadCifar10}. */
export interface LoadCifar10Options<S extends Split = Split> {
  /** Which splits to load; a single one reads only that split's files. Default `"both"`. */
  readonly split?: S;
}

/**
 * CIFAR-10 as bytes: 32 x 32 RGB images 0..255 in NHWC order with labels 0..9, in the order of the
 * official files. About 184 MB stay in memory. The SHA-256 of every file is checked on every call.
 *
 * The labels are the authors' own: a few are known to be wrong, in the test split too.
 *
 * @param source where the official binary files come from, e.g. `cifar10Source()` of
 * `cifar-kit/node`.
 * @throws {DataError} if a file is truncated, altered or another one.
 * @throws {SourceError} if a file cannot be had.
 * @see https://www.cs.toronto.edu/~kriz/cifar.html
 */
export async function loadCifar10<S extends Split = "both">(
  source: ByteSource,
  options: LoadCifar10Options<S> = {},
): Promise<SplitOf<Cifar10, S>> {
  const subject = "loadCifar10";
  checkSource(subject, source);
  const settings = readOptions(subject, options as LoadCifar10Options, { split: splitOption() });
  return loadSplit(settings.split, CIFAR10_MANIFESTS, (part) => loadRecords(source, part));
}
