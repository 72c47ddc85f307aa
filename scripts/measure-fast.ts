// What the fast recipe gives on other data: Fashion-MNIST, and folders of few pictures, such as
// write-foreign-pictures.ts writes them (300 to train on, 1,000 others).
//
//   npx tsx scripts/measure-fast.ts fashion-mnist /usr/share/datasets/fashion-mnist     (Debian's dataset-fashion-mnist)
//   npx tsx scripts/measure-fast.ts folder pictures

import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import {
  buildFastModel,
  evaluate,
  type ImageSet,
  loadFashionMnist,
  trainFast,
} from "../src/index.ts";
import { folderSource, imageFolder } from "../src/node/index.ts";
import { registerSimdBackend } from "../src/simd/index.ts";

const [kind, path = "."] = process.argv.slice(2);
await registerSimdBackend();
await tf.setBackend("simd");

interface Measured {
  readonly train: ImageSet;
  readonly test: ImageSet;
  readonly batchSize: number;
  readonly epochs: number;
}

async function load(): Promise<Measured> {
  if (kind === "fashion-mnist") {
    const { train, test } = await loadFashionMnist(folderSource(path));
    return { train, test, batchSize: 500, epochs: 4 };
  }
  if (kind !== "folder") throw new Error("expected fashion-mnist or folder, and a path");
  const read = (part: string) => imageFolder(join(path, part), { imageShape: [32, 32, 3] });
  return { train: await read("train"), test: await read("test"), batchSize: 50, epochs: 20 };
}

const { train, test, batchSize, epochs } = await load();
console.log(`${train.length} images to train on, ${test.length} others, ${epochs} epochs`);
const widths = [32, 128, 128];
for (const seed of [1, 2, 3]) {
  const model = buildFastModel({ whiten: train, widths, seed });
  const began = performance.now();
  await trainFast(model, { train, epochs, batchSize, seed, verbose: 0 });
  const seconds = (performance.now() - began) / 1000;
  const one = await evaluate(model, test);
  const six = await evaluate(model, test, { testTimeAugmentation: "six" });
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
  console.log(
    `seed ${seed}: ${percent(one.accuracy)}, six views ${percent(six.accuracy)}, ${seconds.toFixed(0)} s`,
  );
  model.dispose();
}
console.log(`Node ${process.version}, ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)}`);
process.exit(0);
