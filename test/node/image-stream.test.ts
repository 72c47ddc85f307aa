import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs-core";
import {
  type Augmenter,
  buildCifarModel,
  cutmix,
  evaluate,
  findLearningRate,
  ImageDataGenerator,
  type ImageSet,
  type ImageStream,
  imageFlow,
  mixup,
  pipeline,
  predict,
  randomCrop,
  randomStream,
  stateHash,
  stratifiedKFold,
  trainPhase,
  type TrainPhaseOptions,
  trainTwoPhase,
  trainValidationSplit,
} from "cifar-kit";
import { fileCheckpointStore, imageFolder, imageStream } from "cifar-kit/node";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { encodePng } from "../../src/bytes/encode-png.ts";
import { useBackend } from "../helpers/backends.ts";
import { flowLike } from "../helpers/user-flow.ts";
import { temporaryFolders } from "./temporary-folder.ts";

const newFolder = temporaryFolders();
const PICTURES = fileURLToPath(new URL("../fixtures/dataset/pictures", import.meta.url));
const options = { imageShape: [8, 8, 3], fit: "crop" } as const;

/** Writes PNG files of noise, none of the size of the images, in three classes. */
function writePictures(root: string, count: number): string {
  const rng = randomStream(1, "pictures");
  for (let i = 0; i < count; i++) {
    const folder = join(root, ["blue", "green", "red"][i % 3]);
    mkdirSync(folder, { recursive: true });
    const shape = [9 + (i % 4), 12, 3] as const;
    const bytes = Uint8Array.from({ length: shape[0] * 36 }, (_, k) =>
      rng.integer(k % 3 === i % 3 ? 256 : 150),
    );
    writeFileSync(join(folder, `${i}.png`), encodePng(bytes, shape));
  }
  return root;
}

let root: string;
let set: ImageSet;
let stream: ImageStream;
/** Ends the threads that all tests share: to start them takes longer than what they do here. */
let close: () => Promise<void>;
beforeAll(async () => {
  await useBackend("wasm");
  root = writePictures(mkdtempSync(join(tmpdir(), "cifar-kit-test-")), 50);
  set = await imageFolder(root, options);
  // A cache for a part of the images only: some are decoded anew every epoch.
  stream = await imageStream(root, { ...options, cacheBytes: 20 * 192, workers: 2 });
  close = stream.open();
});
afterAll(async () => {
  await close();
  rmSync(root, { recursive: true });
});

const warnings: string[] = [];
beforeEach(() => {
  warnings.length = 0;
  vi.spyOn(console, "warn").mockImplementation((text: string) => warnings.push(text));
});
afterEach(() => {
  vi.restoreAllMocks();
});

const newModel = () =>
  buildCifarModel({ for: stream, filters: [4, 8], denseUnits: 16, seed: 3, dropoutRate: 0.2 });

type Data = Pick<TrainPhaseOptions, "train">;
async function hashOf(run: Data & Partial<TrainPhaseOptions>): Promise<string> {
  const model = newModel();
  try {
    const history = await trainPhase(model, {
      ...{ epochs: 2, batchSize: 8, seed: 5, verbose: 0 },
      ...run,
    });
    return await stateHash(model, history);
  } finally {
    model.dispose();
  }
}

/** Threads of this process, whoever started them. */
const threads = (): number => readdirSync("/proc/self/task").length;

const AUGMENTERS: Readonly<Record<string, () => Augmenter | undefined>> = {
  nothing: () => undefined,
  "a pipeline with mixup": () => pipeline(randomCrop({ padding: 2 }), { mix: mixup() }),
  "a pipeline with cutmix": () => pipeline({ mix: cutmix() }),
  ImageDataGenerator: () => new ImageDataGenerator({ rotationRange: 20, horizontalFlip: true }),
  "a generator that standardises, with NumPy's numbers": () =>
    new ImageDataGenerator({ samplewiseCenter: true, randomStream: "numpy", zoomRange: 0.2 }),
  "one of a user's own around the library's": () => ({
    flow: (images, settings) => pipeline(randomCrop()).flow(images, settings),
  }),
};

describe("imageStream", () => {
  it("has what imageFolder has, and loads the same pixels", async () => {
    expect(stream).toHaveLength(50);
    for (const name of ["classNames", "imageShape", "paths", "imageSize"] as const) {
      expect(stream[name]).toEqual(set[name]);
    }
    expect([...stream.labels]).toEqual([...set.labels]);
    expect((await stream.load()).images).toEqual(set.images);
    const picked = await stream.load([7, 3, 7]);
    expect(picked.images).toEqual(set.subset([7, 3, 7]).images);
    expect(JSON.stringify(stream)).toBe(JSON.stringify(set));
    await expect(stream.load([50])).rejects.toThrow(/ImageStream.load: expected/);
  });

  it("decodes JPEG as imageFolder does, and says how far it is", async () => {
    const seen: string[] = [];
    const images = await imageStream(PICTURES, {
      ...options,
      onProgress: ({ done, total }) => seen.push(`${done}/${total}`),
    });
    expect((await images.load()).images).toEqual((await imageFolder(PICTURES, options)).images);
    expect(seen).toHaveLength(images.length);
    expect(seen.at(-1)).toBe(`${images.length}/${images.length}`);
  });

  it("is cut as a set is, without being decoded", async () => {
    const decode = vi.fn(() => Promise.resolve({ data: new Uint8Array(3), width: 1, height: 1 }));
    const images = await imageStream(root, { ...options, decode });
    const cut = images.withClasses(["red", "blue"]).subset([3, 0, 20]);
    const expected = set.withClasses(["red", "blue"]).subset([3, 0, 20]);
    expect([...cut.labels]).toEqual([...expected.labels]);
    expect(cut.paths).toEqual(expected.paths);
    expect(cut.classNames).toEqual(["red", "blue"]);
    expect(images.slice(2, 5).paths).toEqual(set.slice(2, 5).paths);
    expect(images.take(99)).toHaveLength(50);
    const [split, splitSet] = [images, set].map((each) => trainValidationSplit(each, { seed: 2 }));
    expect(split.train.paths).toEqual(splitSet.train.paths);
    const [folds, foldsOfSet] = [images, set].map((each) => stratifiedKFold(each, { folds: 3 }));
    expect(folds[1].validation.paths).toEqual(foldsOfSet[1].validation.paths);
    expect(decode).not.toHaveBeenCalled();
  });

  it.each(Object.keys(AUGMENTERS))("trains to the bits of the set: %s", async (name) => {
    const augmentation = AUGMENTERS[name]();
    expect(await hashOf({ train: stream, augmentation })).toBe(
      await hashOf({ train: set, augmentation }),
    );
  });

  it("is split for validation, weighted and cut into shards as a set is", async () => {
    const split = { validationSplit: 0.3, classWeight: { 0: 2 } };
    expect(await hashOf({ train: stream, ...split })).toBe(await hashOf({ train: set, ...split }));
    const augmentation = pipeline({ mix: mixup() });
    const shards = { shards: 4, augmentation, validation: stream };
    expect(await hashOf({ train: stream, ...shards })).toBe(
      await hashOf({ train: set, ...shards, validation: set }),
    );
  });

  it("trains in two phases, and takes part in the search for a learning rate", async () => {
    const hashes: string[] = [];
    for (const train of [stream, set]) {
      const model = newModel();
      const { all } = await trainTwoPhase(model, {
        ...{ train, validation: train, epochs: [1, 1], batchSize: 16, seed: 1, verbose: 0 },
      });
      const range = await findLearningRate(model, { train, batchSize: 16, seed: 1, steps: 5 });
      hashes.push((await stateHash(model, all)) + JSON.stringify(range));
      model.dispose();
    }
    expect(hashes[0]).toBe(hashes[1]);
  });

  it("goes on in the middle of an epoch to the same bits, and knows its files again", async () => {
    const augmentation = pipeline(randomCrop(), { mix: mixup() });
    const store = fileCheckpointStore(newFolder());
    const run = { train: stream, augmentation, validation: stream.take(9) };
    for (const last of [3, 10]) {
      const stop = new AbortController();
      let step = last === 3 ? 0 : 3;
      const interrupted = hashOf({
        ...run,
        ...{ checkpoint: { store, everyEpochs: 1 }, signal: stop.signal },
        callbacks: [
          {
            onBatchEnd: () => {
              if (++step === last) stop.abort();
            },
          },
        ],
      });
      await interrupted.catch(() => undefined);
      expect(step).toBe(last);
    }
    // Made anew, as by another process.
    const again = await imageStream(root, options);
    const resumed = await hashOf({
      ...{ train: again, augmentation, validation: again.take(9) },
      ...{ checkpoint: { store }, resume: "must" },
    });
    const whole = { train: set, augmentation, validation: set.take(9) };
    expect(resumed).toBe(await hashOf(whole));
    const other = { train: again.take(49), augmentation, validation: again.take(9) };
    await expect(hashOf({ ...other, checkpoint: { store }, resume: "must" })).rejects.toThrow(
      /train/,
    );
  });

  it("is measured and classified as a set is", async () => {
    const model = newModel();
    const before = tf.memory().numTensors;
    const [a, b] = [await evaluate(model, stream), await evaluate(model, set)];
    expect(a).toEqual(b);
    const settings = { batchSize: 7, testTimeAugmentation: "flip" } as const;
    expect(await predict(model, stream, settings)).toEqual(await predict(model, set, settings));
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it.runIf(process.platform === "linux")("ends its threads with what needs them", async () => {
    const images = await imageStream(root, { ...options, cacheBytes: 0, workers: 2 });
    const model = newModel();
    // Sharp's own threads stay.
    await evaluate(model, images);
    const without = threads();
    await Promise.all([
      images.load([1, 2, 3]),
      evaluate(model, images.take(20), { batchSize: 4 }),
      hashOf({
        ...{ train: images, validation: images.take(5) },
        callbacks: [
          {
            onBatchEnd: () => {
              expect(threads()).toBeGreaterThanOrEqual(without + 2);
            },
          },
        ],
      }),
    ]);
    expect(threads()).toBe(without);
    model.dispose();
  });

  it("takes an augmenter of a user's own whose flow says what it needs, and refuses others", async () => {
    const own = (outline: (flow: ReturnType<typeof imageFlow>) => object): Augmenter => ({
      flow: (images, settings) => {
        const flow = imageFlow(images, settings);
        return flowLike(flow, outline(flow), ({ xs }) => ({ xs: xs.map((x) => 1 - x) }));
      },
    });
    const aware = own((flow) => ({ needs: (e: number, i: number) => flow.needs!(e, i) }));
    expect(await hashOf({ train: stream, augmentation: aware })).toBe(
      await hashOf({ train: set, augmentation: aware }),
    );
    await expect(hashOf({ train: stream, augmentation: own(() => ({})) })).rejects.toThrow(
      /ImageStream: expected an augmentation that reads .* got one that reads image \d+ without a word; give the flow a method needs/,
    );
    const whole: Augmenter = { flow: ({ images }) => flowLike(imageFlow(set), { images }) };
    await expect(hashOf({ train: stream, augmentation: whole })).rejects.toThrow(
      /got one that reads all pixels at once without a word/,
    );
  });

  it("names the file that goes bad in the middle of a run, whose checkpoints stay", async () => {
    for (const [harm, reason] of [
      [rmSync, "ENOENT"],
      [
        (file: string) => {
          truncateSync(file, 60);
        },
        "png",
      ],
    ] as const) {
      const folder = writePictures(newFolder(), 30);
      const images = await imageStream(folder, { ...options, cacheBytes: 0 });
      const places = newFolder();
      const checkpoint = { store: fileCheckpointStore(places), everyEpochs: 1 };
      const broken = hashOf({
        ...{ train: images, checkpoint },
        callbacks: [
          {
            onEpochEnd: () => {
              harm(join(folder, "red/2.png"));
            },
          },
        ],
      });
      await expect(broken).rejects.toThrow(
        new RegExp(`imageStream: expected red/2.png to be an intact picture, got .*${reason}`),
      );
      expect(readdirSync(places, { recursive: true }).length).toBeGreaterThan(0);
      if (reason === "ENOENT") {
        writePictures(folder, 30);
        expect(await hashOf({ train: images, checkpoint: { store: checkpoint.store } })).toBe(
          await hashOf({ train: await imageFolder(folder, options) }),
        );
      }
    }
  });

  it("reports bad files of a folder, or leaves them out, as imageFolder does", async () => {
    const folder = writePictures(newFolder(), 12);
    truncateSync(join(folder, "red/2.png"), 60);
    writeFileSync(join(folder, "red/5.png"), "a text");
    writeFileSync(join(folder, "notes.txt"), "");
    // The beginning of a truncated file tells nothing.
    await expect(imageStream(folder, options)).rejects.toThrow(
      /imageStream: expected red\/5.png to be an intact picture, got/,
    );
    const skip = { ...options, onBadPicture: "skip" } as const;
    const [images, folderSet] = [await imageStream(folder, skip), await imageFolder(folder, skip)];
    expect(images.paths).toEqual(folderSet.paths);
    expect(images.leftOut).toEqual(folderSet.leftOut);
    expect((await images.load()).images).toEqual(folderSet.images);
    const [ofStream, leftOut, ofSet] = warnings;
    expect(ofStream.replace("imageStream", "imageFolder")).toBe(ofSet);
    expect(leftOut).toMatch(/^imageStream: left out 1 of the entries/);
  });

  it("refuses folders without pictures, and what its decoder gives wrong", async () => {
    const empty = newFolder();
    await expect(imageStream(empty, options)).rejects.toThrow(
      /imageStream: expected folders of pictures in .* got none; lay them out/,
    );
    mkdirSync(join(empty, "texts"));
    writeFileSync(join(empty, "texts/1.txt"), "a");
    await expect(imageStream(empty, options)).rejects.toThrow(/got none but 1 named .txt/);
    await expect(imageStream(join(empty, "nowhere"), options)).rejects.toThrow(/correct the path/);
    const decode = () => Promise.resolve({ data: new Uint8Array(5), width: 2, height: 2 });
    await expect((await imageStream(root, { ...options, decode })).load()).rejects.toThrow(
      /imageStream: expected/,
    );
  });

  it("takes a decoder of the user's own, whose errors it tells with the file", async () => {
    const decode = (path: string) =>
      path.endsWith("red/2.png")
        ? Promise.reject(new Error("no such luck"))
        : Promise.resolve({
            data: readFileSync(path).subarray(-3),
            width: 1,
            height: 1,
            channels: 3,
          });
    const images = await imageStream(root, { ...options, decode });
    await expect(images.load()).rejects.toThrow(
      /expected red\/2.png to be an intact picture, got "no such luck"/,
    );
    const skipping = await imageStream(root, { ...options, decode, onBadPicture: "skip" });
    expect(skipping).toHaveLength(49);
    const same = await imageFolder(root, { ...options, decode, onBadPicture: "skip" });
    expect((await skipping.load()).images).toEqual(same.images);
    expect(dirname(skipping.paths[0])).toBe(join(root, "blue"));
  });
});
