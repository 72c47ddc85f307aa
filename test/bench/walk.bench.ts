/**
 * What it costs to go from one step of a program to the next, which threads do by themselves: beside the
 * same steps as single calls, which JavaScript begins. Their tasks do next to nothing.
 *
 *     npx tsx test/bench/walk.bench.ts [--threads 2] [--runs 600]
 */
import { parseArgs } from "node:util";
import { LinearMemory } from "../../src/simd/runtime/linear-memory.ts";
import { compileKernels } from "../../src/simd/runtime/module.ts";
import { ThreadPool } from "../../src/simd/runtime/thread-pool.ts";
import { type Figure, median, rangeOf, report } from "./figures.ts";

const { values: options } = parseArgs({
  options: {
    threads: { type: "string", default: "2" },
    runs: { type: "string", default: "600" },
    json: { type: "boolean", default: false },
  },
});
const STEPS = 250;
/** Numbers that a task adds. */
const PER_TASK = 64;

const heap = new LinearMemory({ shared: true });
const pool = new ThreadPool(await compileKernels("plain", true), heap);
if (options.threads !== "1") await pool.start(Number(options.threads));

const figures: Figure[] = [];
for (const tasks of [1, 2, 8]) {
  const length = tasks * PER_TASK;
  const [x, y, at] = [4 * length, 4 * length, 64].map((bytes) => heap.allocate(bytes));
  const words = Uint32Array.of(x, x, y, length, PER_TASK, length, length, length, 0);
  heap.int32(at, words.length).set(words);
  const call = pool.prepare({ kernel: "Add_f32", tasks, words, places: [] });
  const program = heap.allocate((STEPS + 1) * 12);
  const row = [call.kernel.index, tasks, at];
  const rows = Array.from({ length: STEPS }, () => row).flat();
  heap.int32(program, rows.length + 3).set([...rows, 0, -1, 0]);

  /** The time of 10,000 steps. */
  const milliseconds = (run: () => void): number => {
    const began = performance.now();
    run();
    return ((performance.now() - began) / STEPS) * 10_000;
  };
  const [byThemselves, begun]: [number[], number[]] = [[], []];
  for (let run = 0; run < Number(options.runs); run++) {
    byThemselves.push(milliseconds(() => pool.runProgram(program, Infinity)));
    begun.push(
      milliseconds(() => {
        for (let step = 0; step < STEPS; step++) pool.runAt(call, at, true);
      }),
    );
  }
  figures.push({
    what: `10,000 steps of ${tasks} ${tasks === 1 ? "task" : "tasks"}`,
    value: median(byThemselves),
    unit: "ms",
    peers: { "single calls": median(begun) },
    ratios: { "single calls": rangeOf(byThemselves.map((ms, i) => ms / begun[i])) },
  });
}
report(
  `From step to step, ${options.threads} threads`,
  "npx tsx test/bench/walk.bench.ts",
  figures,
);
process.exit(0);
