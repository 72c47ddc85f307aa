// Writes 300 pictures of four classes as people have them, some of them odd: the first of CIFAR-10's test images of
// cars, cats, frogs and ships, enlarged to 256 x 256. One is cut off, one empty, one lies on its side and says so in its
// EXIF, one is transparent, one a WebP, one a link to another place. docs/how-to/from-a-folder-to-a-model.md is
// tried on them.
//
//   npx tsx scripts/write-odd-pictures.ts pictures

import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as decoder from "sharp";
import { type ImageSet, loadCifar10 } from "../src/index.ts";
import { cifar10Source } from "../src/node/index.ts";

/** What is used of sharp here: what the library declares of it is for reading. */
interface Picture {
  resize(width: number, height: number, options: { kernel: string }): Picture;
  rotate(degrees: number): Picture;
  withMetadata(options: { orientation: number }): Picture;
  ensureAlpha(alpha: number): Picture;
  jpeg(): Picture;
  png(): Picture;
  webp(): Picture;
  toBuffer(): Promise<Uint8Array>;
  toFile(path: string): Promise<unknown>;
}
interface Raw {
  readonly raw: { readonly width: number; readonly height: number; readonly channels: number };
}
const draw = decoder.default as unknown as (pixels: Uint8Array, options: Raw) => Picture;

const CLASSES = { car: "Automobile", cat: "Cat", frog: "Frog", ship: "Ship" };
/** Of each class. */
const COUNT = 75;
const SIDE = 256;

/** An image of a set, enlarged. */
function enlarged(set: ImageSet, index: number): Picture {
  const [height, width, channels] = set.imageShape;
  return draw(set.image(index), { raw: { width, height, channels } }).resize(SIDE, SIDE, {
    kernel: "cubic",
  });
}

/**
 * Writes `<folder>/<class>/<number>.jpg`, the number being the image's place in the test set, what a link leads to
 * beside the folder, and one further picture of a frog as `<folder>-new.jpg`.
 */
export async function writeOddPictures(folder: string): Promise<void> {
  const { test } = await loadCifar10(cifar10Source(), { split: "test" });
  const of = (name: string): number[] => {
    const label = test.classNames.indexOf(name);
    return [...test.labels.keys()].filter((i) => test.labels[i] === label);
  };
  for (const [name, className] of Object.entries(CLASSES)) {
    mkdirSync(join(folder, name), { recursive: true });
    for (const i of of(className).slice(0, COUNT)) {
      await enlarged(test, i)
        .jpeg()
        .toFile(join(folder, name, `${i}.jpg`));
    }
  }
  const [truncated, empty] = of("Automobile");
  const bytes = await enlarged(test, truncated).jpeg().toBuffer();
  writeFileSync(join(folder, "car", `${truncated}.jpg`), bytes.subarray(0, bytes.length / 2));
  writeFileSync(join(folder, "car", `${empty}.jpg`), "");

  const [onItsSide, transparent] = of("Cat");
  const side = enlarged(test, onItsSide).rotate(90).withMetadata({ orientation: 8 });
  await side.jpeg().toFile(join(folder, "cat", `${onItsSide}.jpg`));
  const alpha = await enlarged(test, transparent).ensureAlpha(0.8).png().toBuffer();
  rmSync(join(folder, "cat", `${transparent}.jpg`));
  writeFileSync(join(folder, "cat", `${transparent}.png`), alpha);

  const [webp] = of("Frog");
  rmSync(join(folder, "frog", `${webp}.jpg`));
  await enlarged(test, webp)
    .webp()
    .toFile(join(folder, "frog", `${webp}.webp`));

  const [linked] = of("Ship");
  const target = resolve(`${folder}-linked.jpg`);
  await enlarged(test, linked).jpeg().toFile(target);
  rmSync(join(folder, "ship", `${linked}.jpg`));
  symlinkSync(target, join(folder, "ship", `${linked}.jpg`));

  await enlarged(test, of("Frog")[COUNT]).jpeg().toFile(`${folder}-new.jpg`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await writeOddPictures(process.argv[2] ?? "pictures");
}
