/**
 * Augmented images a second on one core, beside SciPy (as Keras uses it) and torchvision.
 *
 *     npx tsx test/bench/augment.bench.ts
 *
 * Seeded; 4096 images of 32 x 32 x 3 in batches of 32, from bytes to finished float32; medians of
 * seven runs after a warm-up. The CPU time of the process is measured, not the wall's, so that other
 * work on the machine disturbs little. `PYTHON` names another interpreter than /usr/bin/python3.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  alternatingFlip,
  compose,
  cutout,
  imageFlow,
  pipeline,
  ImageDataGenerator,
  mixup,
  randomCrop,
  trivialAugment,
  type Flow,
} from "../../src/augment/index.ts";
import { ImageSet } from "../../src/dataset/image-set.ts";
import { randomStream } from "../../src/random/stream.ts";
import { type Figure, median, report } from "./figures.ts";

const IMAGES = 4096;
const RUNS = 7;
const PYTHON = process.env.PYTHON ?? "/usr/bin/python3";

const rng = randomStream(0, "bench");
const set = new ImageSet({
  images: Uint8Array.from({ length: IMAGES * 3072 }, () => rng.integer(256)),
  labels: Uint8Array.from({ length: IMAGES }, () => rng.integer(10)),
  imageShape: [32, 32, 3],
  classNames: Array.from({ length: 10 }, (_, i) => `class ${i}`),
});

const shifts = { widthShiftRange: 0.1, heightShiftRange: 0.1, horizontalFlip: true };
const affine = { ...shifts, rotationRange: 15, shearRange: 10, zoomRange: 0.1 };
const colours = { ...affine, channelShiftRange: 20, brightnessRange: [0.8, 1.2] } as const;
const crop = compose(randomCrop(), alternatingFlip());

/** Rows of the table: name, flow, and the name of the same work in augment-python.py. */
const rows: readonly [name: string, flow: Flow, python?: string][] = [
  ["no augmentation", imageFlow(set), "none"],
  ["shifts 0.1, horizontal flip", new ImageDataGenerator(shifts).flow(set), "shifts"],
  ["+ rotation, shear, zoom", new ImageDataGenerator(affine).flow(set), "affine"],
  ["+ channel shift, brightness", new ImageDataGenerator(colours).flow(set)],
  ["crop, flip", pipeline(crop).flow(set), "crop"],
  ["crop, flip, cutout", pipeline(crop, cutout()).flow(set)],
  ["crop, flip, mixup", pipeline(crop, { mix: mixup() }).flow(set)],
  ["TrivialAugment", pipeline(trivialAugment()).flow(set), "trivial"],
];

/** Images a second of CPU time over one epoch. */
function measure(flow: Flow, epoch: number): number {
  const into = new Float32Array(flow.batchSize * 3072);
  const start = process.cpuUsage();
  for (let index = 0; index < flow.length; index++) flow.batch(epoch, index, into);
  const { user, system } = process.cpuUsage(start);
  return (flow.size * 1e6) / (user + system);
}

type Rates = Readonly<Record<string, number | undefined>>;

/** What Python's libraries reach, by name of work; empty where there is no Python with NumPy. */
function measurePython(): {
  readonly versions: string;
  readonly rates: { readonly SciPy?: Rates; readonly torchvision?: Rates };
} {
  const script = fileURLToPath(new URL("augment-python.py", import.meta.url));
  try {
    const stdio = ["ignore", "pipe", "ignore"] as ["ignore", "pipe", "ignore"];
    const text = execFileSync(PYTHON, [script], { encoding: "utf8", stdio });
    return JSON.parse(text) as ReturnType<typeof measurePython>;
  } catch {
    return { versions: `no NumPy at ${PYTHON}`, rates: {} };
  }
}

const python = measurePython();
const figures = rows.map(([what, flow, work]): Figure => {
  measure(flow, 0);
  const value = median(Array.from({ length: RUNS }, (_, run) => measure(flow, run)));
  const peers = Object.fromEntries(
    Object.entries(python.rates).flatMap(([name, rates]) => {
      const rate = work === undefined ? undefined : rates[work];
      return rate === undefined ? [] : [[name, rate]];
    }),
  );
  return { what, value, unit: "images/s", peers };
});
const command = "npx tsx test/bench/augment.bench.ts";
report("Augmentation, on one core", command, figures, python.versions);
