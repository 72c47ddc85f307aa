/**
 * How long the metrics take on a million labels of ten classes, beside scikit-learn.
 *
 *     npx tsx test/bench/metrics.bench.ts
 *
 * Medians of fifteen runs (three of scikit-learn). `PYTHON` names another interpreter than
 * /usr/bin/python3; without scikit-learn its column stays empty.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { accuracyScore, classificationReport, confusionMatrix } from "../../src/metrics/index.ts";
import { randomStream } from "../../src/random/stream.ts";
import { type Figure, median, report } from "./figures.ts";

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

interface Python {
  readonly version: string;
  /** Milliseconds by task. */
  readonly times: Readonly<Record<string, number | undefined>>;
}

function measurePython(): Python {
  const script = fileURLToPath(new URL("metrics-python.py", import.meta.url));
  try {
    const python = process.env.PYTHON ?? "/usr/bin/python3";
    return JSON.parse(execFileSync(python, [script], { encoding: "utf8" })) as Python;
  } catch {
    return { version: "no scikit-learn", times: {} };
  }
}

const python = measurePython();
const figures = Object.entries(tasks).map(([what, task]): Figure => {
  const times = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    task();
    return performance.now() - start;
  });
  const peer = python.times[what];
  const peers = peer === undefined ? undefined : { "scikit-learn": peer };
  return { what, value: median(times), unit: "ms", peers };
});
const command = "npx tsx test/bench/metrics.bench.ts";
report("Metrics of a million labels", command, figures, python.version);
