/**
 * Our training step against PyTorch's on the same processors: same network, batch and threads.
 *
 *     npx tsx test/bench/step.bench.ts [--rounds 10] [--steps 20] [--batch 32,128] [--threads 2,1]
 *
 * A round is one run of PyTorch (peers/pytorch_step.py, both memory formats, the faster one counts)
 * and one of ours; rounds alternate, so that both meet the same noise. What is reported is the
 * median of the rounds' ratios with its quartiles. Ours is the whole loop of `trainPhase`: batch
 * assembly, loss and accuracy included. Exits with 1 if a ratio is above its floor.
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import { buildCifarModel, ImageDataGenerator, trainPhase } from "../../src/index.ts";
import { registerSimdBackend } from "../../src/simd/index.ts";
import { type Figure, median, progress, quantile, report } from "./figures.ts";
import { noiseImages } from "./noise.ts";

const PYTHON = process.env.PYTHON ?? "/usr/bin/python3";
const PEER = fileURLToPath(new URL("peers/pytorch_step.py", import.meta.url));
const SELF = fileURLToPath(import.meta.url);
/** Steps at the start of each run that do not count. */
const WARM_UP = 8;

type Task = "train" | "augment" | "forward";

const NAMES: Record<Task, string> = {
  train: "step",
  augment: "step with augmentation",
  forward: "inference",
};

interface Configuration {
  readonly task: Task;
  readonly batch: number;
  readonly threads: number;
}

/** Ratios that are wanted, and that must hold. */
function limits({ task, threads }: Configuration): { goal: number; floor: number } {
  if (task === "forward") return { goal: 0.8, floor: Infinity };
  return threads === 1 ? { goal: 0.9, floor: 1.15 } : { goal: 0.8, floor: 1 };
}

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "10" },
    steps: { type: "string", default: "20" },
    batch: { type: "string", default: "32,128" },
    threads: { type: "string", default: "2,1" },
    tasks: { type: "string", default: "train,augment,forward" },
    serve: { type: "string" },
    json: { type: "boolean", default: false },
  },
});

let peerVersion = "";
if (options.serve === undefined) await compare();
else await serve(JSON.parse(options.serve) as Configuration);

/** Runs all configurations and prints the table. */
async function compare(): Promise<void> {
  const numbers = (list: string): number[] => list.split(",").map(Number);
  const tasks = options.tasks.split(",") as Task[];
  const configurations = numbers(options.threads).flatMap((threads) =>
    tasks.flatMap((task) =>
      (task === "forward" ? [256] : numbers(options.batch)).map((batch) => ({
        task,
        batch,
        threads,
      })),
    ),
  );
  let missed = false;
  const figures: Figure[] = [];
  for (const configuration of configurations) {
    const { ours, peer } = await alternate(configuration);
    const ratios = ours.map((ms, i) => ms / peer[i]);
    const { goal, floor } = limits(configuration);
    const ratio = median(ratios);
    missed ||= ratio > floor;
    const { task, batch, threads } = configuration;
    const figure: Figure = {
      what: `${NAMES[task]}, batch ${batch}, ${threads} thread${threads === 1 ? "" : "s"}`,
      value: median(ours),
      unit: "ms",
      peers: { PyTorch: median(peer) },
      quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    };
    figures.push(figure);
    progress(
      `${figure.what}: ${figure.value.toFixed(1)} ms, PyTorch ${median(peer).toFixed(1)} ms, ` +
        `median of the ratios ${ratio.toFixed(3)} (goal ${goal}, at most ${floor})`,
    );
  }
  report(
    "A training step beside PyTorch",
    "npx tsx test/bench/step.bench.ts",
    figures,
    peerVersion,
  );
  if (missed) process.exitCode = 1;
}

async function alternate(
  configuration: Configuration,
): Promise<{ ours: number[]; peer: number[] }> {
  const server = spawn(
    process.execPath,
    ["--import", "tsx", SELF, "--serve", JSON.stringify(configuration), "--steps", options.steps],
    { stdio: ["pipe", "pipe", "ignore"] },
  );
  const ask = answers(server);
  const ours: number[] = [];
  const peer: number[] = [];
  for (let round = 0; round < Number(options.rounds); round++) {
    peer.push(peerStep(configuration));
    ours.push(Number(await ask()));
  }
  server.stdin?.end();
  await once(server, "exit");
  return { ours, peer };
}

/** Asks a server for a measurement, one at a time. */
function answers(server: ChildProcess): () => Promise<string> {
  const lines = createInterface({ input: server.stdout! })[Symbol.asyncIterator]();
  return async () => {
    server.stdin!.write("measure\n");
    const line: IteratorResult<string, unknown> = await lines.next();
    if (line.done) throw new Error("step.bench: our side ended; run it with --serve to see why");
    return line.value;
  };
}

/** One run of PyTorch: milliseconds a step in its faster memory format. */
function peerStep({ task, batch, threads }: Configuration): number {
  const { stdout, stderr, status } = spawnSync(PYTHON, [
    ...[PEER, "--batch", String(batch), "--threads", String(threads), "--steps", options.steps],
    ...(task === "forward" ? ["--forward"] : []),
  ]);
  if (status !== 0) throw new Error(`step.bench: PyTorch failed:\n${String(stderr)}`);
  const { ms, torch } = JSON.parse(String(stdout)) as { ms: Record<string, number>; torch: string };
  peerVersion = `PyTorch ${torch}`;
  return Math.min(...Object.values(ms));
}

/** Our side: one measurement for each line of standard input. */
async function serve({ task, batch, threads }: Configuration): Promise<void> {
  await registerSimdBackend({ threads });
  await tf.setBackend("simd");
  const steps = WARM_UP + Number(options.steps);
  const model = buildCifarModel({ seed: 1 });
  const train = noiseImages(batch * steps);
  const generator = new ImageDataGenerator({
    widthShiftRange: 0.1,
    heightShiftRange: 0.1,
    horizontalFlip: true,
  });

  const trainingStep = async (): Promise<number> => {
    const times: number[] = [];
    let last = 0;
    await trainPhase(model, {
      ...{ train, epochs: 1, batchSize: batch, verbose: 0 },
      ...(task === "augment" && { augmentation: generator }),
      callbacks: [
        {
          onBatchBegin: (step) => {
            const now = performance.now();
            if (step > WARM_UP) times.push(now - last);
            last = now;
          },
        },
      ],
    });
    return median(times);
  };

  const x = tf.randomUniform([batch, 32, 32, 3], 0, 1, "float32", 1);
  const forwardStep = (): number => {
    const times: number[] = [];
    for (let step = 0; step < steps; step++) {
      const begin = performance.now();
      const y = model.predict(x) as tf.Tensor;
      y.dataSync();
      y.dispose();
      if (step >= WARM_UP) times.push(performance.now() - begin);
    }
    return median(times);
  };

  for await (const line of createInterface({ input: process.stdin })) {
    if (line === "measure") console.log(task === "forward" ? forwardStep() : await trainingStep());
  }
}
