/**
 * What a training step takes that several processes share, and how much of it they wait for each other:
 *
 *     mpirun -n PROCESSES node --import tsx test/bench/mpi-step.ts BATCH [SHARDS [THREADS [STEPS]]]
 *
 * On one machine as root: with `--oversubscribe --mca btl self,tcp`, and OMPI_ALLOW_RUN_AS_ROOT=1 and
 * OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1. SHARDS 0 leaves batches whole, in one process. Process 0 prints one line.
 */
import { cpus, loadavg } from "node:os";
import * as tf from "@tensorflow/tfjs-core";
import { buildCifarModel, type Group, ImageSet, randomStream, trainPhase } from "cifar-kit";
import { mpiGroup } from "cifar-kit/mpi";
import { registerSimdBackend } from "cifar-kit/simd";

const [batchSize, shards = 8, threads = 1, steps = 12] = process.argv.slice(2).map(Number);
/** Steps until the backend repeats what it has recorded. */
const WARM_UP = 4;

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const group = await mpiGroup();
await registerSimdBackend({ threads });
await tf.setBackend("simd");
const rng = randomStream(1, "images");
const train = new ImageSet({
  images: Uint8Array.from({ length: batchSize * 3072 }, () => rng.integer(256)),
  labels: Uint8Array.from({ length: batchSize }, (_, i) => i % 10),
  imageShape: [32, 32, 3],
  classNames: Array.from("abcdefghij"),
});
let waited = 0;
/** Counts how long calls of the group take. */
const timed =
  <A extends unknown[], T>(call: (...args: A) => Promise<T>) =>
  async (...args: A): Promise<T> => {
    const began = performance.now();
    const result = await call(...args);
    waited += performance.now() - began;
    return result;
  };
const watched: Group = {
  ...group,
  gather: timed((mine: Uint8Array) => group.gather(mine)),
  exchange: timed((parts: Uint8Array) => group.exchange(parts)),
};
const times: number[] = [];
const waits: number[] = [];
let last = 0;
const model = buildCifarModel({ for: train, seed: 1 });
await trainPhase(model, {
  ...{ train, batchSize, epochs: WARM_UP + steps, seed: 1, verbose: 0 },
  ...(shards > 0 && { group: watched, shards }),
  callbacks: [
    {
      onBatchEnd: () => {
        const now = performance.now();
        times.push(now - last);
        waits.push(waited);
        last = now;
        waited = 0;
      },
    },
  ],
});
if (group.rank === 0) {
  const [step, wait] = [times, waits].map((values) => median(values.slice(WARM_UP)));
  console.log(
    `${group.size} x ${threads} threads, batch ${batchSize}, ${shards} shards: ${step.toFixed(0)} ms a step, ` +
      `${wait.toFixed(0)} of them waiting; ${model.countParams()} parameters, ${cpus()[0].model}, ` +
      `${cpus().length} cores, load ${loadavg()[0].toFixed(1)}, Node ${process.version}`,
  );
}
