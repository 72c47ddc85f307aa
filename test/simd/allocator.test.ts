import { describe, expect, it } from "vitest";
import { randomStream } from "../../src/random/stream.ts";
import { Allocator } from "../../src/simd/runtime/allocator.ts";
import { LinearMemory } from "../../src/simd/runtime/linear-memory.ts";

/** An allocator over `limit` bytes from `start` on, which grows by what is missing. */
function limited(limit: number, start = 4096): Allocator {
  let end = start;
  return new Allocator(start, (missing) => {
    const gained = end + missing > start + limit ? 0 : missing;
    end += gained;
    return gained;
  });
}

describe("Allocator", () => {
  it("hands out again what was released last, and merges it for a request of another size", () => {
    const allocator = limited(2 ** 20);
    const [first, second] = [allocator.allocate(20_000), allocator.allocate(20_000)];
    allocator.allocate(64);
    allocator.release(first);
    allocator.release(second);
    expect(allocator.allocate(20_000)).toBe(second);
    allocator.release(second);
    expect(() => {
      allocator.release(second);
    }).toThrow(/exactly once/);
    expect(allocator.allocate(40_000)).toBe(first);
  });

  it("never hands out overlapping or misaligned stretches, whatever the order", () => {
    const rng = randomStream(1, "allocator");
    const allocator = limited(2 ** 30);
    const live = new Map<number, number>();
    for (let step = 0; step < 20_000; step++) {
      if (live.size > 0 && rng.uniform() < 0.5) {
        const [ptr] = [...live.keys()].slice(rng.integer(live.size));
        allocator.release(ptr);
        live.delete(ptr);
      } else if (live.size < 60) {
        const bytes = rng.integer(2 ** (4 + rng.integer(14)));
        const ptr = allocator.allocate(bytes);
        expect(ptr % 64).toBe(0);
        live.set(ptr, Math.max(64, Math.ceil(bytes / 64) * 64));
      }
      const sorted = [...live].sort(([a], [b]) => a - b);
      const clash = sorted.findIndex(
        ([ptr], i) => i > 0 && ptr < sorted[i - 1][0] + sorted[i - 1][1],
      );
      expect(clash).toBe(-1);
      expect(allocator.bytesInUse).toBe(sorted.reduce((sum, [, bytes]) => sum + bytes, 0));
    }
  });

  it("merges what is free, so that the whole range serves one large request", () => {
    const allocator = limited(64 * 1000);
    const pointers = Array.from({ length: 1000 }, () => allocator.allocate(64));
    // Every second one first: merging happens on both sides.
    for (const ptr of pointers.filter((_, i) => i % 2 === 0)) allocator.release(ptr);
    for (const ptr of pointers.filter((_, i) => i % 2 === 1)) allocator.release(ptr);
    expect(allocator.bytesInUse).toBe(0);
    expect(allocator.allocate(64 * 1000)).toBe(4096);
  });

  it("extends a free stretch at the end instead of leaving it behind", () => {
    const allocator = limited(64 * 10);
    allocator.allocate(64);
    allocator.release(allocator.allocate(64 * 8));
    expect(allocator.allocate(64 * 9)).toBe(4096 + 64);
  });

  it("says how much is missing when the memory is full, and goes on working", () => {
    const allocator = limited(64 * 10);
    const ptr = allocator.allocate(64 * 9);
    expect(() => allocator.allocate(64 * 2)).toThrow(
      /room for 128 more bytes, got a linear memory that is full.*use a smaller batch/,
    );
    allocator.release(ptr);
    expect(allocator.allocate(64 * 10)).toBe(4096);
  });

  it("refuses to release what is not in use, and sizes that are no sizes", () => {
    const allocator = limited(6400);
    const ptr = allocator.allocate(10);
    allocator.release(ptr);
    expect(() => {
      allocator.release(ptr);
    }).toThrow(/an address in use/);
    for (const bytes of [-1, NaN, 0.5, Infinity]) {
      expect(() => allocator.allocate(bytes)).toThrow(/a size of memory/);
    }
  });
});

describe("LinearMemory", () => {
  it.each([true, false])("grows, and keeps what was there (shared: %s)", (shared) => {
    const memory = new LinearMemory({ shared });
    const first = memory.allocate(4 * 100);
    memory.float32(first, 100).fill(7);
    const second = memory.allocate(50e6);
    expect(memory.bytesReserved).toBeGreaterThan(50e6);
    expect(second).toBeGreaterThan(first);
    expect([...memory.float32(first, 100)]).toEqual(new Array(100).fill(7));
  });

  it.each([true, false])("knows its own views, also from before it grew (shared: %s)", (shared) => {
    const memory = new LinearMemory({ shared });
    const view = memory.float32(memory.allocate(64), 16);
    expect(memory.owns(view)).toBe(true);
    expect(memory.owns(view.slice())).toBe(false);
    memory.allocate(50e6);
    expect(memory.owns(view)).toBe(true);
    expect(memory.owns(memory.int32(4096, 4))).toBe(true);
  });

  it("takes little more from the system than it needs, however much that is", () => {
    const memory = new LinearMemory({ shared: false });
    for (let i = 0; i < 60; i++) memory.allocate(8e6);
    expect(memory.bytesReserved - memory.bytesInUse).toBeLessThan(32e6);
  });

  it("stops at its limit with an error, and gives back what was released", () => {
    const memory = new LinearMemory({ shared: false, maximumBytes: 8e6 });
    const ptr = memory.allocate(5e6);
    expect(() => memory.allocate(5e6)).toThrow(/linear memory that is full/);
    memory.release(ptr);
    memory.release(memory.allocate(5.5e6));
    expect(memory.bytesInUse).toBe(0);
  });

  it("keeps small blocks that stay from cutting the room of large ones in two", () => {
    const memory = new LinearMemory({ shared: false });
    const large: number[] = [];
    for (let i = 0; i < 8; i++) {
      large.push(memory.allocate(4e6));
      memory.allocate(64);
    }
    const { bytesReserved } = memory;
    for (const ptr of large) memory.release(ptr);
    memory.allocate(8 * 4e6);
    expect(memory.bytesReserved).toBe(bytesReserved);
  });

  it("gives small blocks room among the large ones when theirs is full", () => {
    const memory = new LinearMemory({ shared: false });
    const small = Array.from({ length: 1200 }, () => memory.allocate(4096));
    expect(new Set(small).size).toBe(1200);
    expect(memory.bytesInUse).toBe(1200 * 4096);
    for (const ptr of small) memory.release(ptr);
    expect(memory.bytesInUse).toBe(0);
    expect(memory.allocate(64)).toBeLessThan(Math.min(...small) + 2 ** 21);
  });
});
