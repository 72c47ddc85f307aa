import {
  CIFAR10_SPRITES,
  maxSpriteBytes,
  parseSpriteLabels,
  spriteRecords,
  SPRITE_ROWS,
} from "../dataset/cifar10-sprites.ts";
import { decompress } from "../bytes/decompress.ts";
import type { RecordFile } from "../dataset/manifest.ts";
import type { Inflate } from "../bytes/png.ts";
import { fetchFile } from "./fetch-file.ts";
import type { FetchRequest } from "./fetch-request.ts";

const SUBJECT = "httpSource";
const MAX_LABEL_BYTES = 1e6;

const inflatePng: Inflate = (data, maxBytes) =>
  decompress(SUBJECT, { format: "deflate", what: "PNG" }, data, maxBytes);

/** The record file that is made of a PNG and a list of labels in a folder. */
export async function fetchSprite(
  file: RecordFile,
  baseUrl: URL,
  { onProgress, ...request }: FetchRequest,
): Promise<Uint8Array> {
  const sprite = CIFAR10_SPRITES.find(({ recordFile }) => recordFile === file.name)!;
  const list = await fetchFile(new URL(sprite.labels, baseUrl).href, {
    ...request,
    subject: SUBJECT,
    maxBytes: MAX_LABEL_BYTES,
    onBytes: () => undefined,
  });
  const png = await fetchFile(new URL(sprite.png, baseUrl).href, {
    ...request,
    subject: SUBJECT,
    maxBytes: maxSpriteBytes(SPRITE_ROWS),
    onBytes: (bytes, totalBytes) => {
      onProgress({ phase: "download", bytes, totalBytes });
    },
  });
  onProgress({ phase: "unpack", bytes: png.length, totalBytes: png.length });
  const labels = parseSpriteLabels(sprite.labels, list);
  return spriteRecords(sprite, png, labels, { inflate: inflatePng });
}
