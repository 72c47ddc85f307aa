import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodePng } from "../../src/bytes/encode-png.ts";
import { tinyImages } from "../helpers/tiny.ts";

/** Writes noise of 8 x 8 pixels with one channel brightened, `<folder>/<class>/<number>.png`. */
export function writeTinyPictures(folder: string, count = 30): void {
  const set = tinyImages(count);
  for (const name of set.classNames) mkdirSync(join(folder, name), { recursive: true });
  for (let i = 0; i < set.length; i++) {
    const path = join(folder, set.classNames[set.labels[i]], `${i}.png`);
    writeFileSync(path, encodePng(set.image(i), set.imageShape));
  }
}
