/**
 * The memory that training takes on the simd backend: the most bytes in use at one time, and those taken
 * from the system.
 *
 *     npx tsx test/bench/memory.bench.ts [--networks fast:64/256/256:gelu,notebook] [--batch 500] [--largest]
 *
 * `--largest` lists what lies in memory at the peak: blocks by size, with the kernel that made them.
 * Networks as in step-networks.ts. Each in a process of its own: linear memory never shrinks.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import { trainPhase } from "../../src/index.ts";
import { LinearMemory } from "../../src/simd/runtime/linear-memory.ts";
import { registerSimdBackend } from "../../src/simd/index.ts";
import type { SimdMemoryInfo } from "../../src/simd/tfjs/backend.ts";
import { noiseImages } from "./noise.ts";
import { stepNetwork } from "./step-networks.ts";

const STEPS = 3;

const { values: options } = parseArgs({
  options: {
    networks: { type: "string", default: "fast:64/256/256:gelu,fast:64/256/256:relu,notebook" },
    batch: { type: "string", default: "500" },
    largest: { type: "boolean", default: false },
    only: { type: "string" },
  },
});

if (options.only) await measure(options.only, Number(options.batch));
else {
  for (const network of options.networks.split(",")) {
    const args = ["--only", network, "--batch", options.batch];
    if (options.largest) args.push("--largest");
    spawnSync(process.execPath, ["--import", "tsx", fileURLToPath(import.meta.url), ...args], {
      stdio: "inherit",
    });
  }
}

async function measure(network: string, batch: number): Promise<void> {
  const peak = watch();
  await registerSimdBackend();
  await tf.setBackend("simd");
  await trainPhase(stepNetwork(network), {
    ...{ train: noiseImages(batch * STEPS), epochs: 1, batchSize: batch, verbose: 0 },
  });
  const { numBytesReserved } = tf.memory() as unknown as SimdMemoryInfo;
  const text = (bytes: number): string => `${(bytes / 1e6).toFixed(1).padStart(8)} MB`;
  console.log(
    `${network}, batch ${batch}:${text(peak.bytes)} in use at the peak,${text(numBytesReserved)} reserved`,
  );
  if (options.largest) {
    for (const [what, bytes] of [...peak.blocks].sort(([, a], [, b]) => b - a).slice(0, 20)) {
      console.log(`${text(bytes)}  ${what}`);
    }
  }
  process.exit(0);
}

interface Peak {
  bytes: number;
  /** Bytes at the peak, by the blocks' size and what made them. */
  blocks: Map<string, number>;
}

/** Follows all allocations from now on. */
function watch(): Peak {
  const peak: Peak = { bytes: 0, blocks: new Map() };
  const live = new Map<number, { bytes: number; what: string }>();
  let inUse = 0;
  const memory = LinearMemory.prototype;
  /* eslint-disable @typescript-eslint/unbound-method -- called on the memory below */
  const { allocate, release } = memory;
  memory.allocate = function (bytes) {
    const at = allocate.call(this, bytes);
    live.set(at, { bytes, what: options.largest ? maker() : "" });
    inUse += bytes;
    if (inUse > peak.bytes) {
      peak.bytes = inUse;
      if (options.largest) peak.blocks = sums(live.values());
    }
    return at;
  };
  memory.release = function (at) {
    inUse -= live.get(at)?.bytes ?? 0;
    live.delete(at);
    release.call(this, at);
  };
  return peak;
}

function sums(blocks: Iterable<{ bytes: number; what: string }>): Map<string, number> {
  const found = new Map<string, number>();
  for (const { bytes, what } of blocks) {
    const key = `${what}, ${(bytes / 1e6).toFixed(1)} MB each`;
    found.set(key, (found.get(key) ?? 0) + bytes);
  }
  return found;
}

/** The place in the backend that asks for memory, and the operation of tfjs around it. */
function maker(): string {
  const lines = (new Error().stack ?? "").split("\n").map((line) => line.trim());
  const kernel = lines.find((line) => /simd\/(tfjs\/kernels|runtime\/(plan|thread))/.test(line));
  const operation = lines.find((line) => /tfjs-core\/src\/(ops|gradients)/.test(line));
  const name = (line = ""): string => /([\w.-]+:\d+):\d+\)?$/.exec(line)?.[1] ?? "";
  return [name(kernel), name(operation)].filter(Boolean).join(" in ");
}
