// A short run through all entries. It is run as it stands (ESM) and with its imports turned into
// `require` (CommonJS); what it prints has to be the same on every Node.
import * as tf from "@tensorflow/tfjs-core";
import * as kit from "cifar-kit";
import * as browser from "cifar-kit/browser";
import * as metrics from "cifar-kit/metrics";
import * as node from "cifar-kit/node";
import * as plots from "cifar-kit/plots";
import * as simd from "cifar-kit/simd";

async function main() {
  await simd.registerSimdBackend({ threads: 2, relaxedSimd: "off" });
  await tf.setBackend("simd");

  const rng = kit.randomStream(1, "program");
  const set = new kit.ImageSet({
    images: Uint8Array.from({ length: 16 * 8 * 8 * 3 }, () => rng.integer(256)),
    labels: Uint8Array.from({ length: 16 }, (_, i) => i % 2),
    imageShape: [8, 8, 3],
    classNames: ["even", "odd"],
  });
  const options = { inputShape: [8, 8, 3], numClasses: 2, filters: [4], denseUnits: 8, seed: 1 };
  const model = kit.buildCifarModel(options);
  const history = await kit.trainTwoPhase(model, {
    train: set,
    validation: set,
    batchSize: 8,
    epochs: [2, 1],
    verbose: 0,
    checkpoint: { store: node.fileCheckpointStore("checkpoints") },
  });
  const hash = await kit.stateHash(model, history.all);

  await model.save(node.fileSystemIO("model"), { includeOptimizer: true });
  const loaded = await kit.loadModel(node.fileSystemIO("model"));
  const { yTrue, yPred } = await kit.evaluate(loaded, set);
  await node.writePng("history.png", kit.plotHistory(history));
  const svg = await plots.toSvg(kit.plotConfusionMatrix(metrics.confusionMatrix(yTrue, yPred)));
  const weights = await kit.saveWeights(model, { format: "keras3" });
  await kit.loadWeights(loaded, weights);

  let refused;
  try {
    kit.buildCifarModel({ filter: [4] });
  } catch (error) {
    refused = error instanceof kit.ArgumentError && error instanceof kit.CifarKitError;
  }
  console.log(
    JSON.stringify({
      hash,
      loadedHash: await kit.stateHash(loaded, history.all),
      report: String(kit.classificationReport(yTrue, yPred)),
      svg: svg.startsWith("<svg"),
      refused,
      pretrained: (await node.loadPretrained()).countParams(),
      sameFunctions: metrics.confusionMatrix === kit.confusionMatrix && plots.toSvg === kit.toSvg,
      browser: typeof browser.createTrainer,
      tensors: tf.memory().numTensors > 0,
    }),
  );
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
