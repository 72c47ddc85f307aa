import { DataError } from "../errors.ts";
import { oneOf, readOptions } from "../options.ts";
import { type ByteSource, checkSource } from "./byte-source.ts";
import { CIFAR100_MANIFESTS, type Cifar100LabelMode } from "./cifar100.ts";
import type { ImageSet } from "./image-set.ts";
import { loadRecords } from "./load-records.ts";
import type { RecordManifest } from "./manifest.ts";
import { loadSplit, splitOption, type Split, type SplitOf } from "./split.ts";

/** CIFAR-100's two splits. */
export interface Cifar100 {
  /** 50,000 samples: 500 of each class, 2,500 of each group. */
  readonly train: ImageSet;
  /** 10,000 samples: 100 of each class, 500 of each group. */
  readonly test: ImageSet;
}

/** Options of {@link loadCifar100}. */
export interface LoadCifar100Options<S extends Split = Split> {
  /** Which splits to load; a single one reads only that split's file. Default `"both"`. */
  readonly split?: S;
  /** `"fine"` (default): 100 classes; `"coarse"`: 20 groups of five classes. As in Keras. */
  readonly labelMode?: Cifar100LabelMode;
}

/**
 * CIFAR-100 as bytes: 32 x 32 RGB images 0..255 in NHWC order with fine or coarse labels, in the
 * order of the official files `train.bin` and `test.bin`.
 *
 * `cifar100Source()` of `cifar-kit/node` delivers files that were verified by the archive's SHA-256.
 * Files from elsewhere are verified by their structure alone: their size, labels in range, and as
 * many samples of every class as there must be; altered pixels would not be noticed.
 *
 * @param source where the official binary files come from, e.g. `cifar100Source()` of
 *   `cifar-kit/node`.
 * @throws {DataError} if a file is truncated or another one.
 * @throws {SourceError} if a file cannot be had.
 * @see https://www.cs.toronto.edu/~kriz/cifar.html
 */
export async function loadCifar100<S extends Split = "both">(
  source: ByteSource,
  options: LoadCifar100Options<S> = {},
): Promise<SplitOf<Cifar100, S>> {
  const subject = "loadCifar100";
  checkSource(subject, source);
  const { labelMode, ...settings } = readOptions(subject, options as LoadCifar100Options, {
    split: splitOption(),
    labelMode: oneOf(["fine", "coarse"], { default: "fine" }),
  });
  const manifests = CIFAR100_MANIFESTS[labelMode];
  return loadSplit(settings.split, manifests, (part) => loadBalanced(source, part));
}

/** The samples of a manifest, once it is sure that every class has as many as the others. */
async function loadBalanced(source: ByteSource, manifest: RecordManifest): Promise<ImageSet> {
  const set = await loadRecords(source, manifest);
  const counts = new Uint32Array(set.classNames.length);
  for (const label of set.labels) counts[label]++;
  const expected = set.length / counts.length;
  const odd = counts.findIndex((count) => count !== expected);
  if (odd === -1) return set;
  throw new DataError({
    subject: "loadCifar100",
    expected: `${expected} samples of each class in ${manifest.files[0].name}`,
    got: `${counts[odd]} of ${set.classNames[odd]}`,
    remedy: "the file is damaged or of another data set: get it again",
  });
}
