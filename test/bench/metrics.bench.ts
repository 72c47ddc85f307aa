/**
 * How long the metrics take on a million labels of ten classes.
 *
 *     npx tsx test/bench/metrics.bench.ts
 */
import { cpus } from "node:os";
import { accuracyScore, classificationReport, confusionMatrix } from "../../src/metrics/index.ts";
import { randomStream } from "../../src/random/stream.ts";

const SAMPLES = 1_000_000;
const CLASSES = 10;
const RUNS = 15;

const rng = randomStream(0, "metrics-benchmark");
const typedTrue = Int32Array.from({ length: SAMPLES }, () => rng.integer(CLASSES));
const typedPred = typedTrue.map((label) => (rng.integer(5) > 0 ? label : rng.integer(CLASSES)));
const plainTrue = Array.from(typedTrue);
const plainPred = Array.from(typedPred);
const sampleWeight = Float64Array.from({ length: SAMPLES }, () => rng.uniform());

const tasks: Record<string, () => unknown> = {
  "classificationReport, typed": () => String(classificationReport(typedTrue, typedPred)),
  "classificationReport, arrays": () => String(classificationReport(plainTrue, plainPred)),
  "classificationReport, weighted": () =>
    String(classificationReport(typedTrue, typedPred, { sampleWeight })),
  "confusionMatrix, typed": () => confusionMatrix(typedTrue, typedPred),
  "accuracyScore, typed": () => accuracyScore(typedTrue, typedPred),
};

console.log(`${cpus()[0].model}, Node ${process.version}; median of ${RUNS} runs`);
for (const [name, task] of Object.entries(tasks)) {
  const times = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    task();
    return performance.now() - start;
  }).sort((a, b) => a - b);
  const [best, median, worst] = [times[0], times[RUNS >> 1], times[RUNS - 1]];
  const row = [median, best, worst].map((ms) => `${ms.toFixed(1).padStart(8)} ms`);
  console.log(`${name.padEnd(32)} ${row[0]}   (${row[1].trim()} to ${row[2].trim()})`);
}
