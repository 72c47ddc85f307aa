/**
 * Our training step and inference against today's PyTorch and Keras on the same processors: same
 * network, batch and threads.
 *
 *     npx tsx test/bench/step.bench.ts [--rounds 10] [--only "inference"] [--quick]
 *
 * Ours is the whole loop of `trainPhase` (batch assembly, loss and accuracy included), PyTorch's the bare
 * step on one batch, in the faster of its memory formats and, where the processor has instructions for it,
 * in bfloat16; Keras's its `fit`. All of them
 * stay started and are asked in turns, so that each round meets the same noise; what is reported is the
 * median of the rounds' ratios with its quartiles. Exits with 1 if one is above its floor.
 *
 * `PYTHON` names an interpreter with the packages of peers/requirements.txt; what it lacks is left out.
 * `--compile` has PyTorch try torch.compile, too, which needs a C++ compiler. `--quick` is one round of one
 * step, which shows that all of it runs.
 */
import { fileURLToPath } from "node:url";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import { buildFastModel, ImageDataGenerator, trainFast, trainPhase } from "../../src/index.ts";
import { registerSimdBackend } from "../../src/simd/index.ts";
import { type Figure, median, progress, type Range, rangeOf, report } from "./figures.ts";
import { noiseImages } from "./noise.ts";
import { PYTHON, startPeer, type Peer } from "./peer.ts";
import { stepNetwork } from "./step-networks.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const FLOAT32 = "PyTorch float32";
const BFLOAT16 = "PyTorch bfloat16";
const KERAS = "Keras fit";

/** Ratios to a peer: the one that is wanted, and the one that must hold. */
type Limits = Readonly<Record<string, { goal: number; floor: number }>>;

interface Configuration {
  readonly what: string;
  readonly network: string;
  readonly batch: number;
  readonly threads: number;
  /** Steps of a measurement: about a second's. */
  readonly steps: number;
  readonly task?: "forward" | "augment";
  readonly keras?: boolean;
  readonly limits?: Limits;
}

const limit = (goal: number, floor = Infinity): Limits[string] => ({ goal, floor });
const STEP: Limits = { [FLOAT32]: limit(0.7, 0.85), [BFLOAT16]: limit(1, 1.35) };
const ONE_THREAD: Limits = { [FLOAT32]: limit(0.75, 0.9) };
const notebook = { network: "notebook", threads: 2 };

const CONFIGURATIONS: readonly Configuration[] = [
  { ...notebook, what: "step, batch 32", batch: 32, steps: 16, keras: true, limits: STEP },
  { ...notebook, what: "step, batch 128", batch: 128, steps: 6, keras: true, limits: STEP },
  { ...notebook, what: "step with augmentation, batch 32", batch: 32, steps: 16, task: "augment" },
  ...[32, 128].map((batch) => ({
    ...{ network: "notebook", threads: 1, what: `step, batch ${batch}, 1 thread` },
    ...{ batch, steps: batch === 32 ? 10 : 3, limits: ONE_THREAD },
  })),
  {
    ...{ ...notebook, what: "inference, batch 256", batch: 256, steps: 8, task: "forward" },
    limits: { [FLOAT32]: limit(0.5, 0.7), [BFLOAT16]: limit(0.9, 1.35) },
  },
  {
    ...{ ...notebook, what: "inference, batch 1", batch: 1, steps: 200, task: "forward" },
    limits: { [FLOAT32]: limit(0.5, 0.8) },
  },
  {
    ...{ network: "fast:64/256/256:gelu", what: "64/256/256, GELU: step, batch 500" },
    ...{ batch: 500, threads: 2, steps: 2 },
    limits: { [FLOAT32]: limit(0.8, 1), [BFLOAT16]: limit(1.3) },
  },
  {
    ...{ network: "fast:64/256/256:relu", what: "64/256/256, ReLU: step, batch 256" },
    ...{ batch: 256, threads: 2, steps: 2 },
  },
  {
    ...{ network: "fast:32/128/128:gelu", what: "32/128/128, GELU: step, batch 256" },
    ...{ batch: 256, threads: 2, steps: 3 },
  },
  {
    ...{ network: "fast:32/128/128:relu", what: "32/128/128, ReLU: step, batch 128" },
    ...{ batch: 128, threads: 2, steps: 6 },
  },
  ...["64/256/256", "32/128/128"].map((widths) => ({
    ...{ network: `recipe:${widths}`, what: `step of the fast recipe, ${widths}, batch 500` },
    ...{ batch: 500, threads: 2, steps: 2 },
  })),
];

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "10" },
    only: { type: "string", default: "" },
    quick: { type: "boolean", default: false },
    compile: { type: "boolean", default: false },
    serve: { type: "string" },
    json: { type: "boolean", default: false },
  },
});

if (options.serve === undefined) await compare();
else await serve(JSON.parse(options.serve) as Configuration);

/** Runs all configurations and prints the table. */
async function compare(): Promise<void> {
  const rounds = options.quick ? 1 : Number(options.rounds);
  const versions = new Set<string>();
  const figures: Figure[] = [];
  for (const { steps, ...rest } of CONFIGURATIONS) {
    const configuration = { ...rest, steps: options.quick ? 1 : steps };
    if (!configuration.what.includes(options.only)) continue;
    const peers = await peersFor(configuration);
    for (const { version } of peers) versions.add(version);
    const measured = await alternate(configuration, peers, rounds);
    const { what, limits = {} } = configuration;
    const { ours, others } = measured;
    const ratios: Record<string, Range> = {};
    for (const [name, times] of Object.entries(others)) {
      ratios[name] = rangeOf(ours.map((ms, i) => ms / times[i]));
      const { goal, floor } = limits[name] ?? limit(Infinity);
      if (ratios[name][1] > floor) process.exitCode = 1;
      const wanted = goal < Infinity ? ` (goal ${goal}, floor ${floor})` : "";
      progress(`${what}: ${ratios[name].map((q) => q.toFixed(3)).join("..")} of ${name}${wanted}`);
    }
    const medians = Object.entries(others).map(([name, times]) => [name, median(times)]);
    const peerMedians = Object.fromEntries(medians) as Record<string, number>;
    figures.push({ what, value: median(ours), unit: "ms", peers: peerMedians, ratios });
  }
  const title = "Training and inference beside PyTorch and Keras, 2 threads";
  report(title, "npx tsx test/bench/step.bench.ts", figures, [...versions].join(", "));
}

/** A peer, and the names of its modes by what they are called in the table. */
interface Asked extends Peer {
  readonly columns: Readonly<Record<string, readonly string[]>>;
}

async function peersFor(configuration: Configuration): Promise<Asked[]> {
  const { network, batch, threads, steps, task, keras } = configuration;
  const common = ["--batch", batch, "--threads", threads, "--steps", steps].map(String);
  const torch = await startPeer(PYTHON, [
    ...[at("peers/pytorch_step.py"), "--network", network, ...common],
    ...["--warm-up", batch < 128 ? "2" : "1"],
    ...(task === "forward" ? ["--forward"] : []),
    ...(options.compile ? ["--compile"] : []),
  ]);
  const asked: Asked[] = [];
  if (torch) {
    const best = await fastest(
      torch,
      torch.modes.filter((mode) => mode.startsWith("float32")),
    );
    progress(`${configuration.what}: the faster mode of ${torch.version} is ${best}`);
    const half = torch.modes.filter((mode) => mode === "bfloat16");
    if (half.length === 0) progress("this processor has no instructions for bfloat16: left out");
    asked.push({ ...torch, columns: { [FLOAT32]: [best], ...(half[0] && { [BFLOAT16]: half }) } });
  }
  const fit = keras ? await startPeer(PYTHON, [at("peers/keras_fit.py"), ...common]) : null;
  if (fit) asked.push({ ...fit, columns: { [KERAS]: ["fit"] } });
  return asked;
}

/** The mode that took least time, once all have been tried twice. */
async function fastest({ ask }: Peer, modes: readonly string[]): Promise<string> {
  await ask(modes);
  const ms = await ask(modes);
  return modes.reduce((best, mode) => (ms[mode] < ms[best] ? mode : best));
}

async function alternate(
  configuration: Configuration,
  peers: readonly Asked[],
  rounds: number,
): Promise<{ ours: number[]; others: Record<string, number[]> }> {
  const us = await startPeer(process.execPath, [
    ...["--import", "tsx", fileURLToPath(import.meta.url)],
    ...["--serve", JSON.stringify(configuration)],
  ]);
  if (us === null) throw new Error("step.bench: our side ended; run it with --serve to see why");
  await us.ask(us.modes);
  const ours: number[] = [];
  const others: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const { ask, columns } of peers) {
      const ms = await ask(Object.values(columns).flat());
      for (const [name, modes] of Object.entries(columns)) {
        (others[name] ??= []).push(Math.min(...modes.map((mode) => ms[mode])));
      }
    }
    ours.push(Object.values(await us.ask(us.modes))[0]);
  }
  await Promise.all([us, ...peers].map((peer) => peer.stop()));
  return { ours, others };
}

/** Our side: one measurement for each line of standard input. */
async function serve(configuration: Configuration): Promise<void> {
  const { network, task, batch, threads, steps } = configuration;
  await registerSimdBackend({ threads });
  await tf.setBackend("simd");
  const warmUp = batch < 128 ? 4 : 1;
  const train = noiseImages(batch * (warmUp + steps + 1));
  const [kind, widths] = network.split(":");
  const isRecipe = kind === "recipe";
  const model = isRecipe
    ? buildFastModel({ whiten: train, widths: widths?.split("/").map(Number) })
    : stepNetwork(network);
  const generator = new ImageDataGenerator({
    ...{ widthShiftRange: 0.1, heightShiftRange: 0.1, horizontalFlip: true },
  });
  const trainingStep = async (): Promise<number> => {
    const times: number[] = [];
    let last = 0;
    const onBatchBegin = (step: number): void => {
      const now = performance.now();
      if (step > warmUp) times.push(now - last);
      last = now;
    };
    const run = {
      ...{ train, epochs: 1, batchSize: batch, verbose: 0 as const },
      callbacks: [{ onBatchBegin }],
    };
    if (isRecipe) await trainFast(model, run);
    else {
      await trainPhase(model, { ...run, ...(task === "augment" && { augmentation: generator }) });
    }
    return median(times);
  };

  const x = tf.randomUniform([batch, 32, 32, 3], 0, 1, "float32", 1);
  const forwardStep = (): number => {
    const times: number[] = [];
    for (let step = 0; step < warmUp + steps; step++) {
      const begin = performance.now();
      const y = model.predict(x) as tf.Tensor;
      y.dataSync();
      y.dispose();
      if (step >= warmUp) times.push(performance.now() - begin);
    }
    return median(times);
  };

  console.log(JSON.stringify({ version: "cifar-kit", modes: ["simd"] }));
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === "") continue;
    const ms = task === "forward" ? forwardStep() : await trainingStep();
    console.log(JSON.stringify({ ms: { simd: ms } }));
  }
}
