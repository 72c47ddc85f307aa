import { checkOneOf, checkOptions } from "../checks.ts";
import { DataError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { CIFAR100_MANIFESTS, type Cifar100LabelMode } from "./cifar100.ts";
import type { ImageSet } from "./image-set.ts";
import { checkSource, loadRecords } from "./load-records.ts";
import type { RecordManifest } from "./manifest.ts";

/** CIFAR-100's two splits. */
export interface Cifar100 {
  /** 50,000 samples: 500 of each class, 2,500 of each group. */
  readonly train: ImageSet;
  /** 10,000 samples: 100 of each class, 500 of each group. */
  readonly test: ImageSet;
}

/** Options of {@link loadCifar100}. */
export interface LoadCifar100Options {
  /** Which splits to load; a single one reads only that split's file. Default `"both"`. */
  readonly split?: "both" | "train" | "test";
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
export async function loadCifar100(
  source: ByteSource,
  options?: LoadCifar100Options & { readonly split?: "both" },
): Promise<Cifar100>;
export async function loadCifar100(
  source: ByteSource,
  options: LoadCifar100Options & { readonly split: "train" },
): Promise<Pick<Cifar100, "train">>;
export async function loadCifar100(
  source: ByteSource,
  options: LoadCifar100Options & { readonly split: "test" },
): Promise<Pick<Cifar100, "test">>;
export async function loadCifar100(
  source: ByteSource,
  options?: LoadCifar100Options,
): Promise<Partial<Cifar100>>;
export async function loadCifar100(
  source: ByteSource,
  options: LoadCifar100Options = {},
): Promise<Partial<Cifar100>> {
  const subject = "loadCifar100";
  checkSource(subject, source);
  checkOptions(subject, options, ["split", "labelMode"]);
  const { split = "both", labelMode = "fine" } = options;
  checkOneOf(subject, "split", split, ["both", "train", "test"]);
  checkOneOf(subject, "labelMode", labelMode, ["fine", "coarse"]);
  const { train, test } = CIFAR100_MANIFESTS[labelMode];
  return {
    ...(split !== "test" && { train: await loadBalanced(source, train) }),
    ...(split !== "train" && { test: await loadBalanced(source, test) }),
  };
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
