import { allocate } from "../bytes/allocate.ts";
import { bytesOf } from "../bytes/bytes.ts";
import { sha256 } from "../bytes/sha256.ts";
import { BRAND, isInstance } from "../brand.ts";
import { check, checkIndices, checkInteger, describe } from "../checks.ts";
import { INSPECT } from "../runtime/inspect.ts";
import type { JsonObject } from "../text/json.ts";
import { ImageSet } from "./image-set.ts";
import type { ImageShape } from "./image-shape.ts";
import { imageWindow } from "./image-window.ts";
import type { LeftOutFile } from "./left-out.ts";
import { outlineText } from "./outline-text.ts";
import { withClasses } from "./with-classes.ts";

/** What gives the pixels of pictures, which it knows by their numbers. */
export interface PictureLoader {
  /** The pixels of a picture as bytes of the stream's shape; they belong to the loader. */
  load(picture: number): Promise<Uint8Array>;
  /** Begins to load for somebody, who calls what this gives in the end. */
  open(): () => Promise<void>;
}

/** What an {@link ImageStream} is made of. */
export interface ImageStreamParts {
  readonly labels: Int32Array;
  readonly imageShape: ImageShape;
  readonly classNames: readonly string[];
  /** Where each image comes from. */
  readonly paths: readonly string[];
  /** For each image the number of its picture. */
  readonly pictures: Int32Array;
  /** By the number of a picture: what tells it from another one, without its content. */
  readonly marks: readonly string[];
  readonly loader: PictureLoader;
  /** What the pixels depend on beside the files. */
  readonly settings: JsonObject;
  readonly leftOut?: readonly LeftOutFile[];
}

/**
 * Labelled images that stay in their files: pixels are decoded when a batch needs them. `imageStream` of
 * `cifar-kit/node` makes one; `train`, `evaluate` and `predict` take it as they take an {@link ImageSet},
 * with the same result, bit for bit.
 */
export class ImageStream {
  /** One class index per image. */
  readonly labels: Int32Array;
  /** Height, width and channels of every image. */
  readonly imageShape: ImageShape;
  /** One name per class, in label order. */
  readonly classNames: readonly string[];
  /** The file of each image. */
  readonly paths: readonly string[];
  /** The files that are not in the stream. Empty in the streams that are cut from it. */
  readonly leftOut: readonly LeftOutFile[];
  readonly #parts: ImageStreamParts;

  /** @internal */
  constructor(parts: ImageStreamParts) {
    const { labels, imageShape, classNames, paths, leftOut = [] } = parts;
    this.labels = labels;
    this.imageShape = imageShape;
    this.classNames = classNames;
    this.paths = paths;
    this.leftOut = leftOut;
    this.#parts = parts;
  }

  /** @internal So that `instanceof` also knows the streams of another copy of the package. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return isInstance(this.prototype, value);
  }

  /** @internal */
  get [BRAND](): string {
    return "ImageStream";
  }

  /** @internal */
  [INSPECT](): string {
    return outlineText("ImageStream", this);
  }

  /** What `JSON.stringify` makes of the stream: a description, for logs. */
  toJSON(): Pick<ImageStream, "length" | "imageShape" | "classNames"> {
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

  /**
   * Images in memory: those at `indices`, in that order; default all.
   * @throws {ArgumentError} if an index is not in 0..length-1.
   * @throws {DataError} if a picture cannot be decoded, or they are too many for the memory.
   */
  async load(indices: ArrayLike<number> = [...this.labels.keys()]): Promise<ImageSet> {
    const part = this.#at("ImageStream.load", indices);
    const images = allocate(Uint8Array, part.length * this.imageSize, {
      subject: "ImageStream.load",
      what: `${part.length} images of ${this.imageShape.join(" x ")}`,
      remedy: "load fewer images, or train on the stream itself",
    });
    const close = part.open();
    try {
      await Promise.all(
        part.paths.map(async (_, i) => {
          images.set(await part.pixels(i), i * this.imageSize);
        }),
      );
    } finally {
      await close();
    }
    const { labels, imageShape, classNames, paths } = part;
    return new ImageSet({ images, labels, imageShape, classNames, paths });
  }

  /**
   * A stream of the images at `indices`, in that order; an index may occur more than once. Decodes
   * nothing.
   * @throws {ArgumentError} if an index is not in 0..length-1.
   */
  subset(indices: ArrayLike<number>): ImageStream {
    return this.#at("ImageStream.subset", indices);
  }

  /**
   * The images of these classes only, relabelled: the first name is label 0.
   * @param names out of `classNames`, in their new order.
   * @throws {ArgumentError} if a name is none of the stream's, or given twice.
   */
  withClasses(names: readonly string[]): ImageStream {
    const { chosen, labels } = withClasses("ImageStream.withClasses", this, names);
    return new ImageStream({ ...this.subset(chosen).#parts, labels, classNames: [...names] });
  }

  /** The first `n` images, all of them if there are fewer. */
  take(n: number): ImageStream {
    checkInteger("ImageStream.take", "n", n, { min: 0 });
    return this.slice(0, Math.min(n, this.length));
  }

  /** Images `from` to `to - 1`. */
  slice(from: number, to: number): ImageStream {
    checkInteger("ImageStream.slice", "from", from, { min: 0, max: this.length });
    checkInteger("ImageStream.slice", "to", to, { min: from, max: this.length });
    return this.subset([...this.labels.keys()].slice(from, to));
  }

  /** @internal The pixels of one image, while somebody has the stream open. */
  pixels(index: number): Promise<Uint8Array> {
    return this.#parts.loader.load(this.#parts.pictures[index]);
  }

  /** @internal Begins to load; whoever does calls what this gives in the end. */
  open(): () => Promise<void> {
    return this.#parts.loader.open();
  }

  /** @internal The stream as a set of which those images are there that `pixelsOf` gives. */
  window(pixelsOf: (index: number) => Uint8Array | undefined): ImageSet {
    return imageWindow(this, pixelsOf);
  }

  /** @internal The same with made-up pixels, to see what an augmentation does without decoding any. */
  standIn(): ImageSet {
    return this.window((index) =>
      Uint8Array.from({ length: this.imageSize }, (_, k) => {
        const mixed = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(k + 1, 0x85ebca6b);
        return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) >>> 24;
      }),
    );
  }

  /** @internal What tells the images from others, for checkpoints. */
  async identity(): Promise<JsonObject> {
    const { pictures, marks, settings } = this.#parts;
    const { length, imageShape } = this;
    const files = JSON.stringify(Array.from(pictures, (picture) => marks[picture]));
    return {
      ...{ length, imageShape, ...settings },
      files: await sha256(new TextEncoder().encode(files)),
      labels: await sha256(bytesOf(this.labels)),
    };
  }

  #at(subject: string, indices: ArrayLike<number>): ImageStream {
    check(
      typeof (indices as ArrayLike<number> | undefined)?.length === "number",
      subject,
      "a list of indices",
      describe(indices),
      "pass e.g. [0, 5, 7]",
    );
    checkIndices(subject, "indices", indices, this.length);
    const at = Int32Array.from(indices);
    return new ImageStream({
      ...this.#parts,
      labels: at.map((i) => this.labels[i]),
      pictures: at.map((i) => this.#parts.pictures[i]),
      paths: Array.from(at, (i) => this.paths[i]),
      leftOut: [],
    });
  }
}
