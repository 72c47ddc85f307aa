/**
 * Augmented images a second on one core, beside SciPy doing the same work.
 *
 *     npx tsx test/bench/augment.bench.ts
 *
 * Seeded; 4096 images of 32 x 32 x 3; medians of seven runs after a warm-up. The CPU time of the
 * process is measured, not the wall's, so that other work on the machine disturbs little.
 */
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { imageFlow, ImageDataGenerator, type Flow } from "../../src/augment/index.ts";
import { ImageSet } from "../../src/dataset/image-set.ts";
import { randomStream } from "../../src/random/stream.ts";

const IMAGES = 4096;
const RUNS = 7;

const rng = randomStream(0, "bench");
const set = new ImageSet({
  images: Uint8Array.from({ length: IMAGES * 3072 }, () => rng.integer(256)),
  labels: Uint8Array.from({ length: IMAGES }, () => rng.integer(10)),
  imageShape: [32, 32, 3],
  classNames: Array.from({ length: 10 }, (_, i) => `class ${i}`),
});

const shifts = { widthShiftRange: 0.1, heightShiftRange: 0.1, horizontalFlip: true };
const affine = { ...shifts, rotationRange: 15, shearRange: 10, zoomRange: 0.1 };

/** Rows of the table: name, flow, and the name of the same work in augment-scipy.py. */
const rows: readonly [name: string, flow: Flow, scipy?: string][] = [
  ["no augmentation", imageFlow(set)],
  ["shifts 0.1, horizontal flip", new ImageDataGenerator(shifts).flow(set), "shifts"],
  ["+ rotation, shear, zoom", new ImageDataGenerator(affine).flow(set), "affine"],
  [
    "+ channel shift, brightness",
    new ImageDataGenerator({ ...affine, channelShiftRange: 20, brightnessRange: [0.8, 1.2] }).flow(
      set,
    ),
  ],
];

/** Images a second of CPU time over one epoch. */
function measure(flow: Flow, epoch: number): number {
  const into = new Float32Array(flow.batchSize * 3072);
  const start = process.cpuUsage();
  for (let index = 0; index < flow.length; index++) flow.batch(epoch, index, into);
  const { user, system } = process.cpuUsage(start);
  return (flow.size * 1e6) / (user + system);
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** What SciPy reaches, by name of work; empty where there is no Python with SciPy. */
function measureScipy(): { readonly versions?: string; readonly rates: Record<string, number> } {
  const script = fileURLToPath(new URL("augment-scipy.py", import.meta.url));
  try {
    return JSON.parse(
      execFileSync("/usr/bin/python3", [script], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }),
    ) as { versions: string; rates: Record<string, number> };
  } catch {
    return { rates: {} };
  }
}

console.log(`${cpus()[0].model}, Node ${process.version}, one core`);
const scipy = measureScipy();
console.log(scipy.versions ?? "no SciPy at /usr/bin/python3");
console.log("");
console.log(`${"images a second".padEnd(30)}${"cifar-kit".padStart(12)}${"SciPy".padStart(12)}`);
for (const [name, flow, scipyName] of rows) {
  measure(flow, 0);
  const rate = median(Array.from({ length: RUNS }, (_, run) => measure(flow, run)));
  const other = scipyName === undefined ? undefined : scipy.rates[scipyName];
  const cells = [rate, other].map((value) =>
    (value === undefined ? "" : Math.round(value).toLocaleString("en")).padStart(12),
  );
  console.log(name.padEnd(30) + cells.join(""));
}
