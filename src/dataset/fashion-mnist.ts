import type { IdxManifest } from "./load-idx.ts";
import type { RecordFile } from "./manifest.ts";

/** The classes in label order, as the data set's authors list them. */
export const FASHION_MNIST_CLASS_NAMES: readonly string[] = /* @__PURE__ */ Object.freeze(
  /* @__PURE__ */ "T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot".split(
    ",",
  ),
);

const manifest = (name: string, images: RecordFile, labels: RecordFile): IdxManifest =>
  Object.freeze({
    name,
    images: Object.freeze(images),
    labels: Object.freeze(labels),
    classNames: FASHION_MNIST_CLASS_NAMES,
  });

/**
 * The four official files. The hashes are of the decompressed files: several projects publish them,
 * and the files of Debian's package `dataset-fashion-mnist`, which are compressed anew, have them.
 * @see https://github.com/zalandoresearch/fashion-mnist
 */
export const FASHION_MNIST_MANIFESTS: {
  /** The training images and labels. */
  readonly train: IdxManifest;
  /** The test images and labels. */
  readonly test: IdxManifest;
} = /* @__PURE__ */ Object.freeze({
  train: /* @__PURE__ */ manifest(
    "Fashion-MNIST train",
    {
      name: "train-images-idx3-ubyte",
      bytes: 47_040_016,
      sha256: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    },
    {
      name: "train-labels-idx1-ubyte",
      bytes: 60_008,
      sha256: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    },
  ),
  test: /* @__PURE__ */ manifest(
    "Fashion-MNIST test",
    {
      name: "t10k-images-idx3-ubyte",
      bytes: 7_840_016,
      sha256: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    },
    {
      name: "t10k-labels-idx1-ubyte",
      bytes: 10_008,
      sha256: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
  ),
});
