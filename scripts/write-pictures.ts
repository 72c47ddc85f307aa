// Writes a small set of pictures as people have them, one folder a class: 200 frogs and 200 ships, the
// first of CIFAR-10's test images. docs/how-to/train-on-your-own-pictures.md is tried on it.
//
//   npx tsx scripts/write-pictures.ts pictures

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { loadCifar10 } from "../src/index.ts";
import { cifar10Source } from "../src/node/index.ts";
import { encodePng } from "../src/bytes/encode-png.ts";

const CLASSES = ["Frog", "Ship"];
const COUNT = 200;

/** Writes `<folder>/<class>/<number>.png`, the number being the image's place in the test set. */
export async function writePictures(folder: string): Promise<void> {
  const { test } = await loadCifar10(cifar10Source(), { split: "test" });
  for (const name of CLASSES) {
    const label = test.classNames.indexOf(name);
    const indices = [...test.labels.keys()].filter((i) => test.labels[i] === label);
    const to = join(folder, name.toLowerCase());
    mkdirSync(to, { recursive: true });
    for (const i of indices.slice(0, COUNT)) {
      writeFileSync(join(to, `${i}.png`), encodePng(test.image(i), test.imageShape));
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await writePictures(process.argv[2] ?? "pictures");
}
