/** What a shape decides, looked at without running it; and how plans are kept. */
import { describe, expect, it } from "vitest";
import { conv2D, conv2DFilterGradient } from "../../src/simd/plans/conv.ts";
import { NO_EPILOGUE } from "../../src/simd/plans/epilogue.ts";
import { gemm } from "../../src/simd/plans/gemm.ts";
import { floatBits, Place, type Plan, PlanWriter } from "../../src/simd/plans/plan.ts";
import { LinearMemory } from "../../src/simd/runtime/linear-memory.ts";
import { compileKernels } from "../../src/simd/runtime/module.ts";
import { PlanRunner } from "../../src/simd/runtime/plan-runner.ts";
import { PreparedData } from "../../src/simd/runtime/prepared-data.ts";
import { ThreadPool } from "../../src/simd/runtime/thread-pool.ts";
import { KERNELS } from "../../src/simd/schema/kernels.ts";
import { convShape } from "../../src/simd/tfjs/conv-shape.ts";

function written(write: (plan: PlanWriter) => void): Plan {
  const plan = new PlanWriter(4);
  write(plan);
  return plan.finish();
}

const bits = floatBits(1.5);

const kernelsOf = ({ preparations, calls }: Plan): string[] =>
  [...preparations.flatMap((one) => one.calls), ...calls].map(({ kernel }) => kernel);
const places = { x: new Place(2), filter: new Place(3), y: new Place(4) };

describe("a plan", () => {
  it("chooses the algorithm by the shape alone", () => {
    const of = (size: number, channels: number): string[] => {
      const shape = [1, size, size, channels];
      const sizes = convShape(shape, [3, 3, channels, channels], { strides: 1, pad: "same" })!;
      return kernelsOf(
        written((plan) => {
          conv2D(plan, sizes, places, NO_EPILOGUE);
        }),
      );
    };
    expect(of(32, 16)).toEqual(["winograd_filter_f32", "winograd_conv2d_f32"]);
    expect(of(32, 3)).toEqual(["conv2d_pack_filter_f32", "conv2d_pad_f32", "conv2d_f32"]);
  });

  it("cuts a convolution and its gradients into tasks for many threads, also for one small image", () => {
    const leastTasks = (batch: number, size: number, channels: number): number => {
      const shape = [batch, size, size, channels];
      const sizes = convShape(shape, [3, 3, channels, channels], { strides: 1, pad: "same" })!;
      const { calls } = written((plan) => {
        conv2D(plan, sizes, places, NO_EPILOGUE);
        const gradient = { x: places.x, dy: places.y, dfilter: places.filter };
        conv2DFilterGradient(plan, sizes, gradient);
      });
      return Math.min(...calls.map(({ tasks }) => tasks));
    };
    expect(leastTasks(1, 16, 64)).toBeGreaterThanOrEqual(3);
    expect(leastTasks(1, 14, 512)).toBeGreaterThanOrEqual(16);
    expect(leastTasks(32, 8, 128)).toBeGreaterThanOrEqual(22);
    expect(leastTasks(32, 32, 32)).toBeGreaterThanOrEqual(16);
  });

  it("holds every word of the lists in their order, and where addresses go", () => {
    const { calls } = written((plan) => {
      const words = { out: new Place(2, 64), length: 10, perTask: 4, value: bits };
      plan.call("fill_32", 3, words);
    });
    expect(Object.keys(KERNELS.fill_32)).toEqual(["out", "length", "perTask", "value"]);
    expect(calls).toEqual([
      {
        kernel: "fill_32",
        tasks: 3,
        words: Uint32Array.of(64, 10, 4, bits),
        places: [0, 2],
      },
    ]);
  });

  it("does not compile with a word that is wrong or missing", () => {
    written((plan) => {
      // @ts-expect-error A word is missing.
      plan.call("fill_32", 0, { out: null, length: 10, perTask: 4 });
      // @ts-expect-error An address is no number.
      plan.call("fill_32", 0, { out: 64, length: 10, perTask: 4, value: bits });
      // @ts-expect-error There is no such word.
      plan.call("fill_32", 0, { out: null, length: 10, perTask: 4, value: bits, depth: 1 });
    });
  });

  it("gives the memory of a block to the next one", () => {
    const plan = written((writer) => {
      const first = writer.temporary(100);
      const inner: Place[] = [];
      for (const bytes of [1000, 500]) {
        writer.block(() => {
          inner.push(writer.temporary(bytes));
        });
      }
      expect([first.bytes, inner[0].bytes, inner[1].bytes]).toEqual([0, 128, 128]);
    });
    expect(plan.temporaryBytes).toBe(128 + 1024);
  });

  it("has no call where there is nothing to do", () => {
    const shape = { m: 0, n: 3, k: 4, transposeA: false, transposeB: false };
    const stack = { outerA: [], outerB: [], outer: [] };
    const at = { a: new Place(2), b: new Place(3), c: new Place(4) };
    expect(
      written((plan) => {
        gemm(plan, { ...shape, ...stack }, at, NO_EPILOGUE);
      }).calls,
    ).toEqual([]);
  });
});

describe("cuts of a convolution", () => {
  it("are 32 or more where there is work for them, for few pixels, too", () => {
    for (const [size, channels] of [
      [7, 512],
      [14, 256],
      [28, 128],
    ]) {
      const shape = convShape([1, size, size, channels], [1, 1, channels, channels], {
        ...{ strides: 1, pad: "same" },
      })!;
      const { calls } = written((plan) => {
        conv2D(plan, shape, places, NO_EPILOGUE);
      });
      expect(calls.at(-1)!.tasks, `${size}`).toBeGreaterThanOrEqual(32);
    }
    const tiny = convShape([1, 4, 4, 8], [1, 1, 8, 8], { strides: 1, pad: "same" })!;
    expect(
      written((plan) => {
        conv2D(plan, tiny, places, NO_EPILOGUE);
      }).calls.at(-1)!.tasks,
    ).toBe(1);
  });
});

describe("PlanRunner", () => {
  async function runner(): Promise<{ plans: PlanRunner; heap: LinearMemory; at: number }> {
    const heap = new LinearMemory({ shared: false });
    const pool = new ThreadPool(await compileKernels("plain", false), heap);
    return { plans: new PlanRunner(heap, pool), heap, at: heap.allocate(64) };
  }
  it("writes a plan once for a key and the operands that are given", async () => {
    const { plans, at } = await runner();
    const seen: (Place | null)[] = [];
    const run = (key: string, bias: number | null): void => {
      plans.run([key], { out: at, bias }, (_, given) => seen.push(given.bias));
    };
    run("a", at);
    run("a", at);
    run("a", null);
    run("a", null);
    run("b", at);
    expect(seen).toEqual([new Place(3), null, new Place(3)]);
  });

  it("adds operands at every run: addresses, and values that change", async () => {
    const { plans, heap, at } = await runner();
    const fill = (out: number, value: number): void => {
      plans.run(["fill"], { out, value }, (plan, given) => {
        plan.call("fill_32", 1, { ...given, length: 4, perTask: 4 });
      });
    };
    fill(at, bits);
    fill(at + 16, 0);
    expect([...heap.float32(at, 8)]).toEqual([1.5, 1.5, 1.5, 1.5, 0, 0, 0, 0]);
  });

  it("keeps what it prepared from an operand from the second time on, until that changes", async () => {
    const { plans, heap, at } = await runner();
    const kept = new PreparedData(heap);
    heap.float32(at, 4).fill(1);
    const doubled = (): number[] => {
      plans.run(
        ["doubled"],
        { x: at, out: at + 32 },
        (plan, { x, out }) => {
          const copy = plan.prepared("twice", x, 64, (to) => {
            const walk = { length: 4, perTask: 4, inner: 4, periodA: 4, periodB: 4 };
            plan.call("Add_f32", 1, { a: x, b: x, out: to, ...walk, outer: 0, dimensions: [] });
          });
          const move = { length: 4, perTask: 4, inner: 4, step: 1, outer: 0, dimensions: [] };
          plan.call("copy_32", 1, { from: copy, to: out, ...move });
        },
        { x: kept },
      );
      return [...heap.float32(at + 32, 4)];
    };
    const before = heap.bytesInUse;
    expect(doubled()).toEqual([2, 2, 2, 2]);
    expect(heap.bytesInUse).toBe(before);
    expect(doubled()).toEqual([2, 2, 2, 2]);
    expect(heap.bytesInUse).toBeGreaterThanOrEqual(before + 64);
    // Behind its back: what is kept is old, until somebody says so.
    heap.float32(at, 4).fill(3);
    expect(doubled()).toEqual([2, 2, 2, 2]);
    kept.clear();
    expect(heap.bytesInUse).toBe(before);
    expect(doubled()).toEqual([6, 6, 6, 6]);
  });

  it("forgets the oldest plans, with the tables that they had", async () => {
    const { plans, heap } = await runner();
    const table = (key: string): void => {
      plans.run([key], {}, (plan) => {
        plan.table([1, 2, 3]);
      });
    };
    for (let i = 0; i < 2048; i++) table(`${i}`);
    const full = heap.bytesInUse;
    for (let i = 0; i < 100; i++) table(`more ${i}`);
    expect(heap.bytesInUse).toBe(full);
  });
});
