/** Programs that threads go through by themselves: rows of steps in memory, written here by hand. */
import { afterEach, describe, expect, it } from "vitest";
import { LinearMemory } from "../../src/simd/runtime/linear-memory.ts";
import { compileKernels } from "../../src/simd/runtime/module.ts";
import { ThreadPool } from "../../src/simd/runtime/thread-pool.ts";
import type { KernelName } from "../../src/simd/schema/kernels.ts";
import { numbers } from "./backends.ts";

const LENGTH = 1000;
/** Milliseconds of work that nobody knows. */
const UNKNOWN = Infinity;

const pools: ThreadPool[] = [];
afterEach(() => {
  for (const pool of pools.splice(0)) pool.stop();
});

interface Started {
  pool: ThreadPool;
  heap: LinearMemory;
}

async function started(threads: number, processors = threads): Promise<Started> {
  const heap = new LinearMemory({ shared: threads > 1 });
  const pool = new ThreadPool(await compileKernels("plain", threads > 1), heap, { processors });
  pools.push(pool);
  if (threads > 1) await pool.start(threads);
  return { pool, heap };
}

interface Step {
  kernel: KernelName;
  tasks: number;
  words: readonly number[];
}

/** Writes a program; returns the address of each of its steps. */
function write({ pool, heap }: Started, steps: readonly Step[]): number[] {
  const list = heap.allocate((steps.length + 1) * 12);
  const rows = steps.map(({ kernel, tasks, words }) => {
    const at = heap.allocate(words.length * 4);
    heap.int32(at, words.length).set(words);
    const call = { kernel, tasks, words: Uint32Array.from(words), places: [] };
    return [pool.prepare(call).kernel.index, tasks, at];
  });
  heap.int32(list, rows.length * 3 + 3).set([...rows.flat(), 0, -1, 0]);
  return steps.map((_, i) => list + i * 12);
}

function tensor(heap: LinearMemory, values: Float32Array): number {
  const at = heap.allocate(4 * LENGTH);
  heap.float32(at, LENGTH).set(values);
  return at;
}

const read = (heap: LinearMemory, at: number): Float32Array => heap.float32(at, LENGTH).slice();

/** to = a + b, so many elements a task. */
function sum(a: number, b: number, to: number, perTask = 4): Step {
  const words = [a, b, to, LENGTH, perTask, LENGTH, LENGTH, LENGTH, 0];
  return { kernel: "Add_f32", tasks: Math.ceil(LENGTH / perTask), words };
}

/** Elements a task: what a task reads was written by others of the step before. */
const CUTS = [LENGTH, 4, 500, LENGTH, 64, 12, 336, LENGTH, LENGTH, 16, 128];

describe("a program", () => {
  it.each([
    [1, 1],
    [2, 2],
    [3, 3],
    [16, 2],
    [16, 16],
  ])("is done step by step by %i threads, of which %i at first", async (threads, processors) => {
    const begun = await started(threads, processors);
    const { pool, heap } = begun;
    const x = tensor(heap, numbers(LENGTH));
    const places = [x, ...CUTS.map(() => tensor(heap, new Float32Array(LENGTH)))];
    // Each place is the sum of the last two.
    const steps = CUTS.map((perTask, i) =>
      sum(places[i], places[Math.max(0, i - 1)], places[i + 1], perTask),
    );
    const [first] = write(begun, steps);
    for (let run = 0; run < 300; run++) {
      for (const place of places.slice(1)) heap.float32(place, LENGTH).fill(NaN);
      expect(pool.runProgram(first, UNKNOWN)).toBe(null);
      let [before, last] = [numbers(LENGTH), numbers(LENGTH)];
      for (const place of places.slice(1)) {
        const next = last.map((value, i) => Math.fround(value + before[i]));
        [before, last] = [last, next];
        if (place === places.at(-1) || run === 0) expect(read(heap, place)).toEqual(next);
      }
    }
  });

  it("leaves out steps without tasks, and may have none at all", async () => {
    const begun = await started(2);
    const { pool, heap } = begun;
    const x = tensor(heap, numbers(LENGTH));
    const y = tensor(heap, new Float32Array(LENGTH));
    const nothing = { ...sum(x, x, x), tasks: 0 };
    const [first, , last] = write(begun, [nothing, nothing, sum(x, x, y), nothing]);
    expect(pool.runProgram(first, UNKNOWN)).toBe(null);
    expect(read(heap, y)).toEqual(numbers(LENGTH).map((value) => 2 * value));
    expect(read(heap, x)).toEqual(numbers(LENGTH));
    heap.int32(last, 3)[1] = 0;
    heap.float32(y, LENGTH).fill(7);
    expect(pool.runProgram(first, UNKNOWN)).toBe(null);
    expect(read(heap, y)).toEqual(new Float32Array(LENGTH).fill(7));
  });

  it.each([1, 2, 5])(
    "ends with the step that traps, on %i threads, and can go on",
    async (threads) => {
      const begun = await started(threads);
      const { pool, heap } = begun;
      const x = tensor(heap, numbers(LENGTH));
      const places = [0, 1, 2].map(() => tensor(heap, new Float32Array(LENGTH)));
      // Of the place nothing is memory, or the end is not; the first tasks read from beyond memory.
      const bad = [
        (perTask: number) => sum(x, x, 2 ** 32 - 65536, perTask),
        (perTask: number) => sum(x, x, heap.bytesReserved - 2000, perTask),
        (perTask: number) => sum(2 ** 32 - 2000, x, places[1], perTask),
      ];
      const cases = bad.flatMap((step) => [4, LENGTH].map((perTask) => [step, perTask] as const));
      for (const [trapping, perTask] of cases) {
        const steps = [0, 1, 2].map((i) => sum(x, x, places[i], perTask));
        const [first, second] = write(begun, [steps[0], trapping(perTask), steps[2]]);
        const [good] = write(begun, steps);
        for (let run = 0; run < 100; run++) {
          for (const place of places) heap.float32(place, LENGTH).fill(0);
          expect(pool.runProgram(first, UNKNOWN)).toMatchObject({ step: second });
          expect(read(heap, places[0])[5]).toBe(2 * numbers(LENGTH)[5]);
          expect(read(heap, places[2])).toEqual(new Float32Array(LENGTH));
          expect(pool.runProgram(good, UNKNOWN)).toBe(null);
          expect(read(heap, places[2])).toEqual(numbers(LENGTH).map((value) => 2 * value));
        }
      }
    },
  );

  it("traps at an integer that is out of range", async () => {
    const begun = await started(1);
    const { pool, heap } = begun;
    const at = heap.allocate(12);
    const words = [at, 3, 10];
    const [first] = write(begun, [{ kernel: "check_range_32", tasks: 1, words }]);
    const isRefused = (...values: number[]): boolean => {
      heap.int32(at, 3).set(values);
      return pool.runProgram(first, UNKNOWN) !== null;
    };
    expect([isRefused(0, 9, 5), isRefused(0, 10, 5), isRefused(0, 5, -1)]).toEqual([
      false,
      true,
      true,
    ]);
  });
});
