/**
 * A small network, really trained, with checkpoints after every step: its value is the share of right answers.
 *
 * In the folder that STUDY_NOTES names it writes down each of its steps (`steps.log`) and the hash of its last
 * state (`hashes.log`). There `faults.json` may say what happens in which of its steps, once: `{ "2 0 3": "kill parent" }`
 * in trial 2, epoch 0, step 3. See faults.ts.
 */
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { stateHash, trainPhase } from "cifar-kit";
import { defineTrial } from "cifar-kit/study";
import { tinyImages, tinyModel } from "../../helpers/tiny.ts";
import { suffer } from "../faults.ts";

/** Epochs of a trial, and steps of an epoch. */
const [EPOCHS, IMAGES, BATCH] = [3, 24, 8];
const train = tinyImages(IMAGES);
const validation = tinyImages(30, 2);
const notes = process.env.STUDY_NOTES!;

const note = (file: string, line: string): void => {
  appendFileSync(join(notes, file), `${line}\n`);
};

export default defineTrial<{ learningRate: number; filters: number }>(
  async ({ params, seed, number, signal, checkpoint, report }) => {
    await tf.setBackend("cpu");
    const { learningRate, filters } = params;
    const model = tinyModel({ seed, learningRate, filters: [filters], denseUnits: 8 });
    let epoch = 0;
    const steps = {
      onEpochBegin: (index: number) => void (epoch = index),
      onBatchEnd: async (step: number) => {
        note("steps.log", `${number} ${epoch} ${step}`);
        await suffer(notes, `${number} ${epoch} ${step}`);
      },
      onEpochEnd: (index: number) => suffer(notes, `${number} ${index} end`),
    };
    const history = await trainPhase(model, {
      ...{ train, validation, epochs: EPOCHS, batchSize: BATCH, seed, verbose: 0, signal },
      checkpoint: { ...checkpoint, everySteps: 1 },
      callbacks: [report, steps],
    });
    note("hashes.log", `${number} ${await stateHash(model, history)}`);
    return history.valAccuracy.at(-1);
  },
);
