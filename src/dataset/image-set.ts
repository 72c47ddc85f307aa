import { allocate } from "../bytes/allocate.ts";
import { BRAND, isInstance } from "../brand.ts";
import { asBytes, type Bytes } from "../bytes/bytes.ts";
import {
  areNames,
  check,
  checkIndices,
  checkInteger,
  describe,
  isArray,
  isListOf,
  isText,
} from "../checks.ts";
import { anything, like, readOptions, type Reader } from "../options.ts";
import { INSPECT } from "../runtime/inspect.ts";
import { outlineText } from "./outline-text.ts";
import { type ImageShape, imageShape as shapeOption } from "./image-shape.ts";
import { withClasses } from "./with-classes.ts";

/** The parts of an {@link ImageSet}. */
export interface ImageSetParts {
  /** Pixels 0..255 in NHWC order, `n * height * width * channels` of them. */
  readonly images: Bytes;
  /** One class index per image, each below `classNames.length`. */
  readonly labels: Uint8Array | Int32Array;
  /** Height, width and channels of every image. */
  readonly imageShape: ImageShape;
  /** One name per class, in label order. */
  readonly classNames: readonly string[];
  /** Where each image came from, one path per image, if they came from files. */
  readonly paths?: readonly string[];
}

/**
 * Images with their labels, as bytes in memory. Immutable by convention: the arrays are held, not
 * copied, and nothing in the library writes to them.
 */
export class ImageSet implements ImageSetParts {
  /** Pixels 0..255 in NHWC order, in the memory that was given. */
  readonly images: Uint8Array;
  readonly labels: Uint8Array | Int32Array;
  /** Height, width and channels of every image. */
  readonly imageShape: ImageShape;
  /** One name per class, in label order. */
  readonly classNames: readonly string[];
  /** Where each image came from, if they came from files; sets cut from this one keep it. */
  readonly paths?: readonly string[];

  /** @throws {ArgumentError} if the arrays do not fit together or a label has no class name. */
  constructor(parts: ImageSetParts) {
    const subject = "ImageSet";
    const { images, labels, imageShape, classNames, paths } = readOptions(subject, parts, {
      images: pixelBytes,
      labels: classIndices,
      imageShape: shapeOption(),
      classNames: like(areNames, "a list of texts with at least one", "pass one name per class"),
      paths: anything<ImageSetParts["paths"]>(),
    });
    const size = imageShape[0] * imageShape[1] * imageShape[2];
    check(
      images.length === labels.length * size,
      subject,
      `${labels.length * size} bytes of pixels for ${labels.length} labels of ${imageShape.join(" x ")} images`,
      `${images.length}`,
      "pass as many images as labels",
    );
    const stray = labels.findIndex((label) => label < 0 || label >= classNames.length);
    check(
      stray === -1,
      subject,
      `every label to be in 0..${classNames.length - 1}`,
      `label ${labels[stray]} at index ${stray}`,
      "correct the label or pass more class names",
    );
    check(
      paths === undefined || (isListOf(paths, isText) && paths.length === labels.length),
      subject,
      `paths to be a list of ${labels.length} texts, one per image`,
      describe(paths),
      "pass where each image came from, or leave paths out",
    );
    this.images = images;
    this.labels = labels;
    this.imageShape = imageShape;
    // Lists of texts are copied: unlike the arrays, they weigh little, and programs change theirs.
    this.classNames = [...classNames];
    if (paths !== undefined) this.paths = [...paths];
  }

  /** @internal So that `instanceof` also knows the sets of another copy of the package. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return isInstance(this.prototype, value);
  }

  /** @internal */
  get [BRAND](): string {
    return "ImageSet";
  }

  /** @internal */
  [INSPECT](): string {
    return outlineText("ImageSet", this);
  }

  /**
   * What `JSON.stringify` makes of the set: a description, for logs. Pixels and labels would be
   * hundreds of megabytes of digits; keep them as bytes.
   */
  toJSON(): Pick<ImageSet, "length" | "imageShape" | "classNames"> {
    const { length, imageShape, classNames } = this;
    return { length, imageShape, classNames };
  }

  /** Number of images. */
  get length(): number {
    return this.labels.length;
  }

  /** Number of values in one image: height x width x channels. */
  get imageSize(): number {
    return this.imageShape[0] * this.imageShape[1] * this.imageShape[2];
  }

  /** The pixels of image `index`: a view into `images`, not a copy. */
  image(index: number): Uint8Array {
    checkInteger("ImageSet.image", "index", index, { min: 0, max: this.length - 1 });
    return this.images.subarray(index * this.imageSize, (index + 1) * this.imageSize);
  }

  /**
   * A set of the images at `indices`, in that order; an index may occur more than once. Copies.
   * @throws {ArgumentError} if an index is not in 0..length-1.
   */
  subset(indices: ArrayLike<number>): ImageSet {
    check(
      typeof (indices as ArrayLike<number> | undefined)?.length === "number",
      "ImageSet.subset",
      "a list of indices",
      describe(indices),
      "pass e.g. [0, 5, 7]",
    );
    const purpose = {
      subject: "ImageSet.subset",
      what: `${indices.length} images of ${this.imageShape.join(" x ")}`,
      remedy: "take fewer images, or make them smaller; slice and take share this set's memory",
    };
    const images = allocate(Uint8Array, indices.length * this.imageSize, purpose);
    const labels =
      this.labels instanceof Uint8Array
        ? allocate(Uint8Array, indices.length, purpose)
        : allocate(Int32Array, indices.length, purpose);
    checkIndices("ImageSet.subset", "indices", indices, this.length);
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i];
      images.set(this.image(index), i * this.imageSize);
      labels[i] = this.labels[index];
    }
    const { imageShape, classNames } = this;
    const paths = this.paths && Array.from(indices, (index) => this.paths![index]);
    return new ImageSet({ images, labels, imageShape, classNames, paths });
  }

  /**
   * The images of these classes only, relabelled: the first name is label 0. Copies. Classes of the same
   * name become one.
   * @param names out of `classNames`, in their new order.
   * @throws {ArgumentError} if a name is none of the set's, or given twice.
   */
  withClasses(names: readonly string[]): ImageSet {
    const { chosen, labels: renamed } = withClasses("ImageSet.withClasses", this, names);
    const { images, labels, imageShape, paths } = this.subset(chosen);
    // A byte tells 256 classes apart.
    const areBytes = labels instanceof Uint8Array && names.length <= 256;
    return new ImageSet({
      images,
      labels: areBytes ? Uint8Array.from(renamed) : renamed,
      imageShape,
      classNames: names,
      paths,
    });
  }

  /** The first `n` images (all of them if there are fewer), sharing memory with this set. */
  take(n: number): ImageSet {
    checkInteger("ImageSet.take", "n", n, { min: 0 });
    return this.slice(0, Math.min(n, this.length));
  }

  /** Images `from` to `to - 1`, sharing memory with this set. */
  slice(from: number, to: number): ImageSet {
    checkInteger("ImageSet.slice", "from", from, { min: 0, max: this.length });
    checkInteger("ImageSet.slice", "to", to, { min: from, max: this.length });
    const { imageShape, classNames } = this;
    const images = this.images.subarray(from * this.imageSize, to * this.imageSize);
    const labels = this.labels.subarray(from, to);
    const paths = this.paths?.slice(from, to);
    return new ImageSet({ images, labels, imageShape, classNames, paths });
  }
}

const pixelBytes: Reader<Uint8Array> = (value, subject) => {
  const bytes = asBytes(value);
  check(
    bytes !== undefined,
    subject,
    "images to be a Uint8Array or a Uint8ClampedArray of pixels 0..255",
    describe(value),
    "pass the raw bytes; scaling to [0, 1] happens on the way to the model",
  );
  return bytes;
};

const classIndices: Reader<Uint8Array | Int32Array> = (value, subject) => {
  check(
    value instanceof Uint8Array || value instanceof Int32Array,
    subject,
    "labels to be a Uint8Array or an Int32Array of class indices",
    describe(value),
    labelsRemedy(value),
  );
  return value;
};

/** How to make class indices of what was passed: nothing but whole numbers comes through a conversion. */
function labelsRemedy(labels: unknown): string {
  const list = isArray(labels) || ArrayBuffer.isView(labels) ? Array.from(labels as never) : [];
  if (list.length > 0 && list.every((label: unknown) => Number.isInteger(label))) {
    return "convert them with Int32Array.from(labels)";
  }
  return list.some((label: unknown) => typeof label === "string")
    ? "number them with Int32Array.from(labels, (name) => classNames.indexOf(name))"
    : "pass the index of each image's class, counted from 0";
}
