// In a page built by Vite: trains in a Worker and tells the result in the title.
import * as tf from "@tensorflow/tfjs-core";
import { buildCifarModel, ImageSet, plotHistory, randomStream, stateHash } from "cifar-kit";
import { createTrainer, mountPlot } from "cifar-kit/browser";
import { registerSimdBackend } from "cifar-kit/simd";

async function main() {
  await registerSimdBackend({ threads: 1, relaxedSimd: "off" });
  await tf.setBackend("simd");
  const rng = randomStream(1, "program");
  const set = new ImageSet({
    images: Uint8Array.from({ length: 16 * 8 * 8 * 3 }, () => rng.integer(256)),
    labels: Uint8Array.from({ length: 16 }, (_, i) => i % 2),
    imageShape: [8, 8, 3],
    classNames: ["even", "odd"],
  });
  const options = { inputShape: [8, 8, 3], numClasses: 2, filters: [4], denseUnits: 8, seed: 1 };
  const model = buildCifarModel(options);
  const worker = new Worker(new URL("./page-worker.js", import.meta.url), { type: "module" });
  const trainer = createTrainer(worker, { backend: "simd" });
  const history = await trainer.trainTwoPhase(model, {
    train: set,
    validation: set,
    batchSize: 8,
    epochs: [2, 1],
    verbose: 0,
  });
  await mountPlot(document.body, plotHistory(history));
  document.title = `${await stateHash(model, history.all)} ${document.querySelectorAll("svg").length}`;
}

main().catch((error) => {
  document.title = `failed: ${error}`;
});
