/**
 * What the notebook's plain phase learns on all of CIFAR-10 with each build of the simd backend.
 *
 *     npx tsx test/bench/accuracy.bench.ts [--epochs 5] [--seed 1] [--builds plain,relaxed]
 *
 * Prints loss and accuracy on the 10,000 test images after each epoch, and the best accuracy.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import { buildCifarModel, loadCifar10, trainPhase } from "../../src/index.ts";
import { cifar10Source } from "../../src/node/index.ts";
import { registerSimdBackend } from "../../src/simd/index.ts";

const { values: options } = parseArgs({
  options: {
    epochs: { type: "string", default: "5" },
    seed: { type: "string", default: "1" },
    builds: { type: "string", default: "plain,relaxed" },
  },
});
const seed = Number(options.seed);
const { train, test } = await loadCifar10(cifar10Source());
console.log(`${cpus()[0].model} x ${cpus().length}, Node ${process.version}, seed ${seed}`);
for (const build of options.builds.split(",")) {
  await registerSimdBackend({ relaxedSimd: build === "relaxed" ? "on" : "off" });
  await tf.setBackend("simd");
  const model = buildCifarModel({ seed });
  const { valAccuracy, seconds } = await trainPhase(model, {
    ...{ train, validation: test, epochs: Number(options.epochs), seed },
    verbose: 2,
  });
  const best = Math.max(...valAccuracy);
  const time = seconds.reduce((sum, epoch) => sum + epoch, 0) / seconds.length;
  console.log(`${build}: best ${(100 * best).toFixed(2)} %, ${time.toFixed(0)} s an epoch\n`);
  model.dispose();
  tf.removeBackend("simd");
}
