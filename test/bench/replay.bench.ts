/**
 * Training steps on the simd backend, replayed beside the same computed by TensorFlow.js.
 *
 *     npx tsx test/bench/replay.bench.ts [--rounds 6] [--steps 30] [--threads 2]
 *
 * Runs of both kinds alternate; a figure is the median of the rounds' best steps.
 */
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import { buildCifarModel, trainPhase } from "../../src/index.ts";
import { registerSimdBackend } from "../../src/simd/index.ts";
import type { Replays } from "../../src/simd/tfjs/recorder.ts";
import { type Figure, median, rangeOf, report } from "./figures.ts";
import { noiseImages } from "./noise.ts";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "6" },
    steps: { type: "string", default: "30" },
    threads: { type: "string", default: "2" },
    json: { type: "boolean", default: false },
  },
});
const WARM_UP = 8;
const NETWORKS = [
  { what: "4 filters, batch 8", batch: 8, network: { filters: [4, 4, 4], denseUnits: 16 } },
  { what: "the notebook's network, batch 32", batch: 32, network: {} },
];

await registerSimdBackend({ threads: Number(options.threads) });
await tf.setBackend("simd");
const backend = tf.backend() as unknown as { recorder?: unknown; readonly replays: Replays };

const figures: Figure[] = [];
for (const { what, batch, network } of NETWORKS) {
  const train = noiseImages(batch * (WARM_UP + Number(options.steps)));
  const model = buildCifarModel({ ...network, seed: 1 });
  const bestStep = async (): Promise<number> => {
    let [best, last] = [Infinity, 0];
    const onBatchBegin = (step: number): void => {
      const now = performance.now();
      if (step > WARM_UP) best = Math.min(best, now - last);
      last = now;
    };
    const callbacks = [{ onBatchBegin }];
    await trainPhase(model, { train, epochs: 1, batchSize: batch, verbose: 0, callbacks });
    return best;
  };
  const [eager, replayed]: [number[], number[]] = [[], []];
  for (let round = 0; round < Number(options.rounds); round++) {
    backend.recorder = undefined;
    eager.push(await bestStep());
    delete backend.recorder;
    replayed.push(await bestStep());
  }
  model.dispose();
  const ratios = replayed.map((ms, i) => ms / eager[i]);
  figures.push({
    what,
    value: median(replayed),
    unit: "ms",
    peers: { "TensorFlow.js's": median(eager) },
    ratios: { "TensorFlow.js's": rangeOf(ratios) },
  });
}
report("A replayed training step", "npx tsx test/bench/replay.bench.ts", figures);
if (!options.json) console.log(backend.replays);
