/**
 * The small run as one of the processes of `mpirun`:
 *
 *     mpirun -n 2 npx tsx test/mpi/mpi-process.ts FOLDER [SEED_OF_RANK_1 [RANK_THAT_DIES]]
 *
 * Saves after every step to FOLDER (`-`: nowhere) and goes on from what is there; prints the hash of each process. One
 * that dies kills itself in the middle.
 */
import * as tf from "@tensorflow/tfjs-core";
import { mpiGroup } from "cifar-kit/mpi";
import { fileCheckpointStore } from "cifar-kit/node";
import { registerSimdBackend } from "cifar-kit/simd";
import { type Augmenter, type Flow, imageFlow, stateHash, trainPhase } from "cifar-kit";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";

const [folder, seed = "7", victim = "-1"] = process.argv.slice(2);
const group = await mpiGroup();
await registerSimdBackend({ threads: 1, relaxedSimd: "off" });
await tf.setBackend("simd");
const train = tinyImages(110);
const model = tinyModel({ seed: 3, dropoutRate: 0.3 });
/** Of the process that dies in its third epoch. */
const augmentation: Augmenter = {
  flow: (set, options) => {
    const flow = imageFlow(set, options);
    return Object.assign(Object.create(flow) as Flow, {
      batch: (epoch: number, index: number) => {
        if (epoch === 2 && index > 10 && group.rank === Number(victim))
          process.kill(process.pid, "SIGKILL");
        return flow.batch(epoch, index);
      },
    });
  },
};
const history = await trainPhase(model, {
  ...{ train, validation: tinyImages(600, 2), batchSize: 16, epochs: 4, verbose: 0, group },
  ...{ augmentation, dropRemainder: false },
  seed: group.rank === 1 ? Number(seed) : 7,
  ...(folder !== "-" && { checkpoint: { store: fileCheckpointStore(folder), everySteps: 1 } }),
});
console.log(`${group.rank}: ${await stateHash(model, history)}`);
