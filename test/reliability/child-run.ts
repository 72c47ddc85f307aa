/**
 * The small run as a process of its own, to be killed:
 *
 *     npx tsx test/reliability/child-run.ts FOLDER [THREADS]
 *
 * Saves after every step to FOLDER, goes on from what is there, and prints `go` when it begins,
 * `halfway` in the middle of a phase, and the hash of its state at the end. FOLDER `-` means no checkpoints.
 */
import * as tf from "@tensorflow/tfjs-core";
import { fileCheckpointStore, InterruptError, interruptSignal } from "cifar-kit/node";
import { registerSimdBackend } from "cifar-kit/simd";
import { hashOf } from "./small-run.ts";

const [folder, threads = "1"] = process.argv.slice(2);
const signal = interruptSignal();
await registerSimdBackend({ threads: Number(threads), relaxedSimd: "off" });
await tf.setBackend("simd");
const checkpoint =
  folder === "-" ? undefined : { store: fileCheckpointStore(folder), everySteps: 1 };
console.log("go");
try {
  const tell = {
    onEpochBegin: (epoch: number) => {
      if (epoch === 2) console.log("halfway");
    },
  };
  const { hash } = await hashOf({ checkpoint, signal, callbacks: [tell] });
  console.log(hash);
  process.exit(0);
} catch (error) {
  if (!(error instanceof InterruptError)) throw error;
  console.log(error.message);
  process.exit(error.exitCode);
}
