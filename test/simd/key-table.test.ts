import { describe, expect, it } from "vitest";
import { type Key, KeyTable, memoized } from "../../src/simd/runtime/key-table.ts";

describe("KeyTable", () => {
  const keys: Key[] = [
    ...[["Add"], ["Sub"], ["Add", 1], ["Add", true], ["Add", false], ["Add", null]],
    ...[
      ["Add", [2, 3], [4]],
      ["Add", [2], [3, 4]],
      ["Add", [2, 3, 4]],
      ["Add", [[2, 3], 4]],
    ],
    ...[
      ["Add", [], []],
      ["Add", -0],
      ["Add", 0.5],
      ["Add", NaN],
      ["Add", "", "b"],
    ],
  ];

  it("tells keys apart by all of their parts, and by the variant", () => {
    const table = new KeyTable<string>(100);
    keys.forEach((key, i) => {
      for (const variant of [0, 1]) {
        expect(table.get(key, variant)).toBeUndefined();
        table.add(key, `${i}, ${variant}`, variant);
      }
    });
    keys.forEach((key, i) => {
      for (const variant of [0, 1]) {
        expect(table.get(structuredClone(key), variant)).toBe(`${i}, ${variant}`);
      }
    });
  });

  it("does not mind when the caller goes on to change an array", () => {
    const table = new KeyTable<number>(10);
    const shape = [1, 2];
    table.add(["Concat", shape], 1);
    shape[0] = 7;
    expect(table.get(["Concat", [1, 2]])).toBe(1);
    expect(table.get(["Concat", shape])).toBeUndefined();
  });

  it("forgets the oldest, and says which", () => {
    const forgotten: number[] = [];
    const table = new KeyTable<number>(3, (value) => forgotten.push(value));
    for (let i = 0; i < 5; i++) table.add(["Relu", i], i);
    expect(forgotten).toEqual([0, 1]);
    expect([0, 1, 2, 3, 4].map((i) => table.get(["Relu", i]))).toEqual([
      ...[undefined, undefined, 2, 3, 4],
    ]);
  });
});

describe("memoized", () => {
  it("returns one object for equal arguments, which keys know by it", () => {
    const sizes = memoized((shape: readonly number[], pad: string) => ({ shape, pad }));
    const same = sizes([1, 2], "same");
    expect(sizes([1, 2], "same")).toBe(same);
    expect(sizes([1, 2], "valid")).not.toBe(same);
    const table = new KeyTable<number>(10);
    table.add(["Conv2D", same], 1);
    expect(table.get(["Conv2D", sizes([1, 2], "same")])).toBe(1);
    expect(table.get(["Conv2D", sizes([1, 2], "valid")])).toBeUndefined();
  });
});
