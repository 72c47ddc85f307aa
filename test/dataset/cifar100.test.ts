import { beforeAll, describe, expect, it } from "vitest";
import {
  CIFAR100_COARSE_CLASS_NAMES,
  CIFAR100_FINE_CLASS_NAMES,
} from "../../src/dataset/cifar100.ts";
import { loadCifar100 } from "../../src/dataset/load-cifar100.ts";
import { ArgumentError, DataError } from "../../src/errors.ts";
import { memorySource } from "./synthetic.ts";

/** Records in the official layout: labels in turn, pixels that tell record, channel and place. */
function records(count: number): Uint8Array {
  const bytes = new Uint8Array(count * 3074);
  for (let i = 0; i < count; i++) {
    bytes[i * 3074] = Math.floor((i % 100) / 5);
    bytes[i * 3074 + 1] = i % 100;
    for (let channel = 0; channel < 3; channel++) {
      bytes.fill(
        i + 80 * channel,
        i * 3074 + 2 + channel * 1024,
        i * 3074 + 2 + channel * 1024 + 3,
      );
    }
  }
  return bytes;
}

describe("loadCifar100", () => {
  let train: Uint8Array;
  let test: Uint8Array;
  beforeAll(() => {
    train = records(50_000);
    test = records(10_000);
  });
  const source = () => memorySource({ "train.bin": train, "test.bin": test });

  it("reads fine labels and pixels", async () => {
    const set = await loadCifar100(source());
    expect([set.train.length, set.test.length]).toEqual([50_000, 10_000]);
    expect([...set.train.labels.subarray(98, 102)]).toEqual([98, 99, 0, 1]);
    expect(set.train.classNames).toEqual(CIFAR100_FINE_CLASS_NAMES);
    // The first and the last pixel that the records mark, and one beyond.
    expect([...set.test.image(7).subarray(0, 3)]).toEqual([7, 87, 167]);
    expect([...set.test.image(7).subarray(6, 12)]).toEqual([7, 87, 167, 0, 0, 0]);
  });

  it("reads coarse labels, and a single split without the other's file", async () => {
    const only = memorySource({ "test.bin": test });
    const set = await loadCifar100(only, { split: "test", labelMode: "coarse" });
    expect(Object.keys(set)).toEqual(["test"]);
    expect([...set.test.labels.subarray(3, 12)]).toEqual([0, 0, 1, 1, 1, 1, 1, 2, 2]);
    expect(set.test.classNames).toEqual(CIFAR100_COARSE_CLASS_NAMES);
  });

  it("refuses a file of another size", async () => {
    const short = memorySource({ "test.bin": test.subarray(3074) });
    await expect(loadCifar100(short, { split: "test" })).rejects.toThrow(
      /expected 30740000 bytes in test\.bin, got 30736926/,
    );
  });

  it("refuses labels without a class", async () => {
    const damaged = test.slice();
    damaged[3074 * 5 + 1] = 100;
    const loading = loadCifar100(memorySource({ "test.bin": damaged }), { split: "test" });
    await expect(loading).rejects.toThrow(/labels in 0\.\.99, got label 100 in record 5/);
  });

  it("refuses labels of which there are too many or too few", async () => {
    const damaged = test.slice();
    damaged[3074 * 5 + 1] = 3;
    const loading = loadCifar100(memorySource({ "test.bin": damaged }), { split: "test" });
    await expect(loading).rejects.toThrow(
      /100 samples of each class in test\.bin, got 101 of bear/,
    );
    await expect(loading).rejects.toBeInstanceOf(DataError);
  });

  it("refuses unknown options and values", async () => {
    const load = (options: object): Promise<unknown> => loadCifar100(source(), options);
    await expect(load({ labelmode: "fine" })).rejects.toThrow(/did you mean labelMode/);
    await expect(load({ labelMode: "super" })).rejects.toThrow(/"fine", "coarse"/);
    await expect(load({ split: "val" })).rejects.toBeInstanceOf(ArgumentError);
  });
});

describe("CIFAR-100's class names", () => {
  it("are 100 and 20, each once, in alphabetical order", () => {
    for (const [names, count] of [
      [CIFAR100_FINE_CLASS_NAMES, 100],
      [CIFAR100_COARSE_CLASS_NAMES, 20],
    ] as const) {
      expect(new Set(names).size).toBe(count);
      expect([...names]).toEqual([...names].sort());
    }
  });
});
