import type { RecordFile, RecordLayout, RecordManifest } from "./manifest.ts";

/** The classes in label order, as the data set's authors list them (batches.meta.txt). */
export const CIFAR10_CLASS_NAMES: readonly string[] = /* @__PURE__ */ Object.freeze(
  /* @__PURE__ */ "Airplane Automobile Bird Cat Deer Dog Frog Horse Ship Truck".split(" "),
);

/**
 * A record of the official binary version: one label byte, then 1024 bytes of red, 1024 of green
 * and 1024 of blue, each row by row.
 * @see https://www.cs.toronto.edu/~kriz/cifar.html
 */
export const CIFAR10_LAYOUT: RecordLayout = /* @__PURE__ */ Object.freeze({
  labelBytes: 1,
  labelByte: 0,
  numClasses: 10,
  imageShape: /* @__PURE__ */ Object.freeze([32, 32, 3] as const),
  pixelOrder: "planar",
});

/** @param hashes SHA-256 of each file by its name. */
const manifest = (name: string, hashes: Readonly<Record<string, string>>): RecordManifest =>
  Object.freeze({
    name,
    files: Object.freeze(
      Object.entries(hashes).map(([name, sha256]): RecordFile =>
        Object.freeze({ name, bytes: 30_730_000, sha256 }),
      ),
    ),
    layout: CIFAR10_LAYOUT,
    classNames: CIFAR10_CLASS_NAMES,
  });

/**
 * The six official files, 10,000 records each. The hashes are those of the files in
 * cifar-10-binary.tar.gz; the files' MD5 sums agree with those published for the archive's members.
 */
export const CIFAR10_MANIFESTS: {
  /** The five training files. */
  readonly train: RecordManifest;
  /** The test file. */
  readonly test: RecordManifest;
} = /* @__PURE__ */ Object.freeze({
  train: /* @__PURE__ */ manifest("CIFAR-10 train", {
    "data_batch_1.bin": "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
    "data_batch_2.bin": "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
    "data_batch_3.bin": "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
    "data_batch_4.bin": "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
    "data_batch_5.bin": "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
  }),
  test: /* @__PURE__ */ manifest("CIFAR-10 test", {
    "test_batch.bin": "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
  }),
});

/** All six of them. */
export const CIFAR10_FILES: readonly RecordFile[] = /* @__PURE__ */ (() => [
  ...CIFAR10_MANIFESTS.train.files,
  ...CIFAR10_MANIFESTS.test.files,
])();
