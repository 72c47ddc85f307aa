import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as kit from "cifar-kit";
import { type ByteSource, ImageSet } from "cifar-kit";
import { cifar10Source, imageFromFile, imageStream } from "cifar-kit/node";
import { loadIdx } from "../../src/dataset/load-idx.ts";
import { encodePng } from "../../src/bytes/encode-png.ts";
import { normalize } from "../../src/dataset/normalize.ts";
import { manifestOf, syntheticRecords } from "../dataset/synthetic.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";
import { flowLike } from "../helpers/user-flow.ts";
import { newFolder } from "./node/network.ts";
import { MEMORY, type Trials, type Untried, wrong } from "./trial.ts";

const set = tinyImages(6);
const { images, labels, imageShape, classNames } = set;
const make = (change: object = {}): ImageSet =>
  new ImageSet({ images, labels, imageShape, classNames, ...change });

const FILES = { "a.bin": syntheticRecords(3, 1) };
const source = (files: Readonly<Record<string, unknown>> = FILES): ByteSource => ({
  read: (name) => Promise.resolve(files[name] as Uint8Array),
});
const load = (change: object = {}, from: unknown = source()): Promise<unknown> =>
  kit.loadRecords(from as ByteSource, { ...manifestOf(FILES), ...change });
const [file] = manifestOf(FILES).files;
const { layout } = manifestOf(FILES);

const picture = (change: object = {}): never =>
  ({ data: set.image(0), width: 8, height: 8, channels: 3, ...change }) as never;
const pictures = (paths: string[], decode = () => Promise.resolve(picture()), options = {}) =>
  kit.pictureSet(
    paths.map((path) => ({ path, decode })),
    { imageShape: [8, 8, 3], ...options },
  );

const broken = (): Promise<never> => Promise.reject(new Error("damaged"));

/** An IDX file of three labels. */
const IDX = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 0, 1, 2);

const png = encodePng(new Uint8Array(4), [2, 2, 1]);
const fromFile = (bytes: Uint8Array, options = {}): Promise<unknown> =>
  imageFromFile(bytes, { imageShape: [2, 2, 1], ...options });

/** Two images of one pixel and labels for some, in IDX files. */
function idxPair(labelCount: number): Promise<unknown> {
  const imageFile = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 7, 8);
  const labelFile = new Uint8Array(8 + labelCount);
  labelFile.set([0, 0, 8, 1, 0, 0, 0, labelCount]);
  const bytes = { images: imageFile, labels: labelFile };
  const manifest = {
    name: "two",
    images: { name: "images", bytes: imageFile.length },
    labels: { name: "labels", bytes: labelFile.length },
    classNames: ["a"],
  };
  const read = (name: string): Promise<Uint8Array> => {
    return Promise.resolve(bytes[name.replace(".gz", "") as "images" | "labels"]);
  };
  return loadIdx({ read }, manifest);
}

const needsOf = (flow: kit.Flow) => (epoch: number, index: number) => flow.needs!(epoch, index);

/** Trains on a stream of three pictures through a flow of a user's own. */
async function trainOnStream(outline: (flow: kit.Flow) => object): Promise<void> {
  const root = newFolder();
  for (const path of ["cat/1.png", "dog/1.png", "owl/1.png"]) {
    mkdirSync(dirname(join(root, path)));
    writeFileSync(join(root, path), "");
  }
  const decode = (): Promise<kit.Pixels> => Promise.resolve(picture());
  const stream = await imageStream(root, { imageShape: [8, 8, 3], decode });
  const augmentation: kit.Augmenter = {
    flow(images, options) {
      const flow = kit.imageFlow(images, options);
      return flowLike(flow, outline(flow));
    },
  };
  const model = tinyModel();
  await kit.trainPhase(model, { train: stream, epochs: 1, batchSize: 3, augmentation, verbose: 0 });
  model.dispose();
}

export const trials: Trials = {
  "give the flow a method needs(epoch, index) with the indices of the images and read them by set.image(i), or load the pictures with imageFolder":
    [() => trainOnStream(() => ({})), () => trainOnStream((flow) => ({ needs: needsOf(flow) }))],
  "choose a picture, or save it in one of these formats": [
    () => fromFile(new TextEncoder().encode("<svg/>")),
    () => fromFile(png),
  ],
  "make it smaller first, or raise the option maxPixels": [
    () => fromFile(png, { maxPixels: 1 }),
    async () => {
      await fromFile(encodePng(new Uint8Array(1), [1, 1, 1]), { maxPixels: 1 });
      await fromFile(png, { maxPixels: 4 });
    },
  ],
  "the files are damaged or do not belong together: get them again": [
    () => idxPair(1),
    () => idxPair(2),
  ],
  "pass e.g. [32, 32, 3]": [
    () => make({ imageShape: [8, 8] }),
    () =>
      new ImageSet({
        images: new Uint8Array(3072),
        labels: new Uint8Array(1),
        imageShape: [32, 32, 3],
        classNames,
      }),
  ],
  'pass e.g. "data_batch_1.bin"': [
    () => load({ files: [{ ...file, name: undefined }] }),
    () => load({ files: [file] }),
  ],
  "the file is damaged or of another kind: get it again": [
    () => kit.decodeIdx(IDX.map((byte) => byte + 1)),
    () => kit.decodeIdx(IDX),
  ],
  "the file is truncated or of another format: get it again": [
    () => kit.decodeRecords(FILES["a.bin"].subarray(1), layout),
    () => kit.decodeRecords(FILES["a.bin"], layout),
  ],
  "the file is damaged or of another data set: get it again": [
    () =>
      kit.decodeRecords(
        FILES["a.bin"].map(() => 255),
        layout,
      ),
    () => kit.decodeRecords(FILES["a.bin"], layout),
  ],
  "convert them with Int32Array.from(labels)": [
    () => make({ labels: Array.from(labels) }),
    () => make({ labels: Int32Array.from(Array.from(labels)) }),
  ],
  "number them with Int32Array.from(labels, (name) => classNames.indexOf(name))": [
    () => make({ labels: Array.from(labels, (label) => classNames[label]) }),
    () => {
      const texts = Array.from(labels, (label) => classNames[label]);
      const numbered = Int32Array.from(texts, (name) => classNames.indexOf(name));
      if (String(make({ labels: numbered }).labels) !== String(labels)) throw new Error("others");
    },
  ],
  "pass the index of each image's class, counted from 0": [
    () => make({ labels: [0.5, 1, 0, 1, 0, 1] }),
    () => make({ labels: Uint8Array.of(0, 1, 0, 1, 0, 1) }),
  ],
  "correct the label or pass more class names": [
    () => make({ classNames: ["red", "green"] }),
    () => make({ classNames: ["red", "green", "blue"] }),
  ],
  "pass as many images as labels": [
    () => make({ images: images.subarray(1) }),
    () => make({ images }),
  ],
  "pass e.g. [0, 5, 7]": [() => set.subset(wrong(5)), () => set.subset([0, 5])],
  'pass e.g. [{ path: "cat/1.jpg", decode }, ...]': [
    () => kit.pictureSet(wrong(["cat/1.jpg"]), { imageShape: [2, 2, 3] }),
    () => {
      const decode = (): Promise<Parameters<typeof kit.resizeImage>[0]> =>
        Promise.resolve({ data: new Uint8Array(12), width: 2, height: 2, channels: 3 });
      return kit.pictureSet([{ path: "cat/1.jpg", decode }], { imageShape: [2, 2, 3] });
    },
  ],
  "pass one name per class": [
    () => make({ classNames: [] }),
    () => make({ classNames: ["a", "b", "c"] }),
  ],
  "pass the raw bytes; scaling to [0, 1] happens on the way to the model": [
    () => make({ images: Float32Array.from(images) }),
    () => make({ images: Uint8Array.from(images) }),
  ],
  "pass where each image came from, or leave paths out": [
    () => make({ paths: ["a.png"] }),
    () => {
      make({ paths: Array.from(labels, (_, i) => `${i}.png`) });
      make();
    },
  ],
  "compute it with e.g. sha256sum": [
    () => load({ files: [{ ...file, sha256: "abc" }] }),
    () => load(),
  ],
  "correct the size or the layout": [
    () => load({ files: [{ ...file, bytes: file.bytes + 1 }] }),
    () => load(),
  ],
  "give every class one name": [() => load({ classNames: ["a"] }), () => load()],
  "let the source's read return the file's bytes": [
    () => load({}, source({ "a.bin": "text" })),
    () => load(),
  ],
  "pass e.g. cifar10Source() or folderSource(path) from cifar-kit/node": [
    () => load({}, "folder"),
    () => load({}, source()),
  ],
  "pass [{ name, bytes, sha256 }, ...]": [() => load({ files: undefined }), () => load()],
  "the file is damaged or another version: delete it and get it again": [
    () => load({}, source({ "a.bin": syntheticRecords(3, 2) })),
    () => load(),
  ],
  "ask for one of these, or take the source of the data set that you load": [
    () => kit.loadCifar100(cifar10Source({ cacheDir: "cache" })),
    () => cifar10Source({ cacheDir: "cache" }),
  ],
  "pass the raw pixels; floats are taken to be normalised already": [
    () => normalize(wrong(Float32Array.of(0.5))),
    () => normalize(Uint8Array.of(127)),
  ],
  "pass e.g. set.labels": [() => kit.oneHot(wrong(5), 3), () => kit.oneHot(set.labels, 3)],
  "lay them out as cat/1.jpg, dog/2.png, ...": [
    () => pictures([]),
    () => pictures(["cat/1.jpg", "dog/2.png"]),
  ],
  "repair or remove the file, {}": [
    () => pictures(["cat/1.jpg"], broken),
    () => pictures(["cat/1.jpg"]),
  ],
  "repair or remove the files, {}": [
    () => pictures(["cat/1.jpg", "cat/2.jpg"], broken),
    async () => {
      await pictures(["cat/1.jpg", "cat/2.jpg"]);
      const oneBad = { path: "cat/2.jpg", decode: broken };
      const good = { path: "cat/1.jpg", decode: () => Promise.resolve(picture()) };
      const options = { imageShape: [8, 8, 3], onBadPicture: "skip" } as never;
      await kit.pictureSet([good, oneBad], options);
    },
  ],
  "add pictures or remove the folder: each one is a class": [
    () => pictures(["cat/1.jpg"], broken, { onBadPicture: "skip" }),
    () => pictures(["cat/1.jpg"], undefined, { onBadPicture: "skip" }),
  ],
  "move the pictures of each into one folder": [
    () => pictures(["caf\u00e9/1.jpg", "cafe\u0301/2.jpg"]),
    () => pictures(["caf\u00e9/1.jpg", "caf\u00e9/2.jpg"]),
  ],
  "move it into a folder": [() => pictures(["1.jpg"]), () => pictures(["cat/1.jpg"])],
  "name each folder with pictures once, in the order of the labels": [
    () => pictures(["cat/1.jpg"], undefined, { classNames: ["dog"] }),
    () => pictures(["cat/1.jpg"], undefined, { classNames: ["cat"] }),
  ],
  "pass the decoded pixels": [
    () => kit.resizeImage(picture({ data: undefined }), [4, 4, 3]),
    () => kit.resizeImage(picture(), [4, 4, 3]),
  ],
  "ask for fewer folds, or add images": [
    () => kit.stratifiedKFold(set, { folds: 3 }),
    () => {
      kit.stratifiedKFold(set, { folds: 2 });
      kit.stratifiedKFold(tinyImages(9), { folds: 3 });
    },
  ],
  "pass e.g. set.classNames.slice(0, 2)": [
    () => set.withClasses([]),
    () => set.withClasses(set.classNames.slice(0, 2)),
  ],
  "correct the name": [
    () => set.withClasses([classNames[0].toUpperCase()]),
    () => set.withClasses([classNames[0]]),
  ],
  "pass a larger set or another fraction": [
    () => kit.trainValidationSplit(set.take(1)),
    () => kit.trainValidationSplit(set, { fraction: 0.5 }),
  ],
  "load one with loadCifar10, or make one with new ImageSet({ images, labels, ... })": [
    () => kit.trainValidationSplit(wrong({})),
    () => kit.trainValidationSplit(make()),
  ],
  "check what was taken from the loaded set": [
    () => kit.imageFlow(set.take(0)),
    () => kit.imageFlow(set.take(2)),
  ],
};

export const untried: Untried = {
  "load fewer images, or train on the stream itself": MEMORY,
  "choose a smaller imageShape": MEMORY,
  "choose a smaller imageShape, or load a part of the pictures": MEMORY,
  "encode fewer labels at a time": MEMORY,
  "load it in parts, with manifests that name fewer files": MEMORY,
  "normalize fewer images at a time; training and predict do it batch by batch": MEMORY,
  "pass fewer records at a time": MEMORY,
  "take fewer images, or make them smaller; slice and take share this set's memory": MEMORY,
  'or pass onBadPicture: "skip"': "a part of the advice about bad files, which is tried above",
  "leave width and height out": "needs a page: test/browser/image-from-file.browser.test.ts",
  "the package is damaged or another one: get it again":
    "needs a page: test/browser/http-source.browser.test.ts",
};
