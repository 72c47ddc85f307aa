/**
 * What checkpoints cost: the time of a save beside the time of 200 steps, for the notebook's network.
 *
 *     npx tsx test/bench/checkpoint.bench.ts [--backend simd|wasm] [--steps 40]
 *
 * The steps are timed in a run without checkpoints, the saves in one that saves after every step, to a
 * folder in the working directory: a medium for which fsync means something. Medians.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-wasm";
import {
  buildCifarModel,
  type CheckpointStore,
  type OpenCheckpointStore,
  trainPhase,
} from "cifar-kit";
import { fileCheckpointStore } from "cifar-kit/node";
import { registerSimdBackend } from "cifar-kit/simd";
import { decodeCheckpoint } from "../../src/train/checkpoint/decode.ts";
import { encodeCheckpoint } from "../../src/train/checkpoint/encode.ts";
import { ModelSnapshot } from "../../src/train/model-snapshot.ts";
import { type Figure, median, report } from "./figures.ts";
import { noiseImages } from "./noise.ts";

const BATCH = 32;
const EVERY_STEPS = 200;
/** Steps at the start that do not count: the engine is still compiling. */
const WARM_UP = 15;

const { values: options } = parseArgs({
  options: {
    backend: { type: "string", default: "simd" },
    steps: { type: "string", default: "40" },
    json: { type: "boolean", default: false },
  },
});
const steps = Number(options.steps);

/** Times each call of an asynchronous function. */
function timed<A extends unknown[], R>(
  times: number[],
  call: (...args: A) => Promise<R>,
): (...args: A) => Promise<R> {
  return async (...args) => {
    const began = performance.now();
    const result = await call(...args);
    times.push(performance.now() - began);
    return result;
  };
}

if (options.backend === "simd") await registerSimdBackend();
await tf.setBackend(options.backend);
const train = noiseImages(steps * BATCH);
const folder = mkdtempSync(join(process.cwd(), ".checkpoint-bench-"));
const model = buildCifarModel({ seed: 0 });
try {
  const stepTimes: number[] = [];
  let began = 0;
  const stepTimer = {
    onBatchBegin: (): void => void (began = performance.now()),
    onBatchEnd: (): void => void stepTimes.push(performance.now() - began),
  };
  const common = { train, epochs: 1, batchSize: BATCH, verbose: 0 } as const;
  await trainPhase(model, { ...common, callbacks: [{ ...stepTimer, readEvery: 1 }] });

  // The whole save, as the run waits for it: from the end of a step to the beginning of the next.
  const saves: number[] = [];
  const writes: number[] = [];
  let ended = NaN;
  const store: CheckpointStore = {
    open: async () => {
      const open: OpenCheckpointStore = await fileCheckpointStore(folder).open();
      return {
        location: open.location,
        list: () => open.list(),
        read: (name) => open.read(name),
        write: timed(writes, (name: string, bytes: Uint8Array) => open.write(name, bytes)),
        remove: (name) => open.remove(name),
        setAside: (name) => open.setAside(name),
        close: () => open.close(),
      };
    },
  };
  await trainPhase(model, {
    ...common,
    checkpoint: { store, everySteps: 1 },
    callbacks: [
      {
        readEvery: 1,
        onBatchEnd: () => void (ended = performance.now()),
        onBatchBegin: () => {
          if (!Number.isNaN(ended)) saves.push(performance.now() - ended);
        },
      },
    ],
  });
  const name = readdirSync(folder)
    .filter((file) => file.endsWith(".ckpt"))
    .at(-1)!;
  const { size } = statSync(join(folder, name));

  const reads: number[] = [];
  const encodes: number[] = [];
  const decodes: number[] = [];
  const last = await fileCheckpointStore(folder).open();
  const bytes = await last.read(name);
  await last.close();
  const checkpoint = await decodeCheckpoint(bytes);
  for (let i = 0; i < 9; i++) {
    await timed(reads, () => ModelSnapshot.of(model))();
    await timed(encodes, encodeCheckpoint)(checkpoint);
    await timed(decodes, decodeCheckpoint)(bytes);
  }

  const step = median(stepTimes.slice(WARM_UP));
  const save = median(saves);
  const share = (100 * save) / (EVERY_STEPS * step + save);
  const row = (what: string, value: number): Figure => ({ what, value, unit: "ms" });
  const megabytes = (size / 2 ** 20).toFixed(1);
  report(
    `Checkpoints of ${megabytes} MiB, ${options.backend} backend, batch ${BATCH}`,
    "npx tsx test/bench/checkpoint.bench.ts",
    [
      row("a step", step),
      row("a save, as the run waits for it", save),
      row("of it: reading weights and moments back", median(reads)),
      row("of it: making and hashing the file", median(encodes)),
      row("of it: writing, syncing, renaming", median(writes)),
      row("reading a checkpoint, hash and all fields", median(decodes)),
      { what: `share of a run that saves every ${EVERY_STEPS} steps`, value: share, unit: "%" },
    ],
    `tfjs ${tf.version_core}`,
  );
} finally {
  model.dispose();
  rmSync(folder, { recursive: true });
}
process.exit(0);
