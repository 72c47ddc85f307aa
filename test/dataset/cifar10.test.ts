import { beforeAll, describe, expect, it } from "vitest";
import type { ByteSource } from "../../src/dataset/byte-source.ts";
import {
  CIFAR10_CLASS_NAMES,
  CIFAR10_LAYOUT,
  CIFAR10_MANIFESTS,
} from "../../src/dataset/cifar10.ts";
import { loadCifar10, type Cifar10 } from "../../src/dataset/load-cifar10.ts";
import { loadRecords } from "../../src/dataset/load-records.ts";
import type { ImageSet } from "../../src/dataset/image-set.ts";
import { ArgumentError, DataError } from "../../src/errors.ts";
import { cifar10Source } from "../../src/node/cifar10-source.ts";
import { randomStream } from "../../src/random/stream.ts";
import { REAL_DATA_TIMEOUT, realCifar10 } from "../helpers/real-data.ts";
import { sha256Hex } from "./synthetic.ts";

let data: Cifar10;
beforeAll(async () => {
  data = await realCifar10();
}, REAL_DATA_TIMEOUT);

const classCounts = ({ labels }: ImageSet): number[] => {
  const counts = new Array<number>(10).fill(0);
  labels.forEach((label) => counts[label]++);
  return counts;
};

/** Mean and population standard deviation of each channel, of pixels in [0, 1]. */
function channelStatistics({ images }: ImageSet): { means: string[]; stds: string[] } {
  const sums = [0, 0, 0];
  const squares = [0, 0, 0];
  for (let i = 0; i < images.length; i += 3) {
    for (let c = 0; c < 3; c++) {
      const value = images[i + c];
      sums[c] += value;
      squares[c] += value * value;
    }
  }
  const n = images.length / 3;
  const means = sums.map((sum) => sum / n);
  const stds = squares.map((square, c) => Math.sqrt(square / n - means[c] ** 2));
  const format = (x: number): string => (x / 255).toFixed(4);
  return { means: means.map(format), stds: stds.map(format) };
}

describe("CIFAR-10 as loaded", () => {
  it("has 50,000 training and 10,000 test images, evenly over the classes", () => {
    expect(data.train.length).toBe(50_000);
    expect(data.test.length).toBe(10_000);
    expect(data.train.imageShape).toEqual([32, 32, 3]);
    expect(data.train.images).toHaveLength(50_000 * 3072);
    expect(classCounts(data.train)).toEqual(Array(10).fill(5000));
    expect(classCounts(data.test)).toEqual(Array(10).fill(1000));
  });

  it("has the known means and deviations of the channels", () => {
    expect(channelStatistics(data.train)).toEqual({
      means: ["0.4914", "0.4822", "0.4465"],
      stds: ["0.2470", "0.2435", "0.2616"],
    });
    expect(channelStatistics(data.test)).toEqual({
      means: ["0.4942", "0.4851", "0.4504"],
      stds: ["0.2467", "0.2429", "0.2616"],
    });
  });

  it("has the known labels at the known places", () => {
    const names = [...data.test.labels.subarray(0, 10)].map((label) => CIFAR10_CLASS_NAMES[label]);
    expect(names.join(" ")).toBe("Cat Ship Ship Airplane Frog Frog Automobile Frog Cat Automobile");
    expect([...data.train.labels.subarray(0, 5)]).toEqual([6, 9, 9, 4, 1]);
    expect(classCounts(data.train.take(10_000))).toEqual([
      1005, 974, 1032, 1016, 999, 937, 1030, 1001, 1025, 981,
    ]);
  });

  it("re-encodes to the official files' hashes", () => {
    const files = [...CIFAR10_MANIFESTS.train.files, ...CIFAR10_MANIFESTS.test.files];
    files.forEach(({ sha256 }, i) => {
      const set = i < 5 ? data.train : data.test;
      const first = i < 5 ? i * 10_000 : 0;
      const bytes = new Uint8Array(30_730_000);
      for (let record = 0; record < 10_000; record++) {
        const image = set.images.subarray((first + record) * 3072, (first + record + 1) * 3072);
        const at = record * 3073;
        bytes[at] = set.labels[first + record];
        for (let p = 0; p < 1024; p++) {
          bytes[at + 1 + p] = image[3 * p];
          bytes[at + 1025 + p] = image[3 * p + 1];
          bytes[at + 2049 + p] = image[3 * p + 2];
        }
      }
      expect(sha256Hex(bytes)).toBe(sha256);
    });
  });
});

describe("loadCifar10", () => {
  /** The real source, with a note of what is read from it. */
  const recording = (): { source: ByteSource; names: string[] } => {
    const names: string[] = [];
    const inner = cifar10Source();
    const read = (name: string): Promise<Uint8Array> => {
      names.push(name);
      return inner.read(name);
    };
    return { source: { read }, names };
  };

  it("reads only the files of the split that is asked for", async () => {
    const { source, names } = recording();
    const { test, ...rest } = await loadCifar10(source, { split: "test" });
    expect(test.length).toBe(10_000);
    expect(rest).toEqual({});
    expect(names).toEqual(["test_batch.bin"]);
    const train = await loadCifar10(source, { split: "train" });
    expect(Object.keys(train)).toEqual(["train"]);
    expect(names.slice(1)).toEqual([1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`));
  });

  it("refuses a real file with any of a sample of damages", async () => {
    const bytes = new Uint8Array(await cifar10Source().read("test_batch.bin"));
    const rng = randomStream(0, "test-damage");
    const page = 4096;
    const pages = Math.floor(bytes.length / page);
    // Each damages the bytes in place and returns what puts them right again.
    const damages: Record<string, () => () => void> = {
      bit: () => {
        const [at, bit] = [rng.integer(bytes.length), 1 << rng.integer(8)];
        bytes[at] ^= bit;
        return () => (bytes[at] ^= bit);
      },
      hole: () => {
        const at = rng.integer(pages) * page;
        const old = bytes.slice(at, at + page);
        bytes.fill(0, at, at + page);
        return () => {
          bytes.set(old, at);
        };
      },
      swap: () => {
        const [a, b] = [rng.integer(pages - 1) * page, (pages - 1) * page];
        const old = bytes.slice();
        bytes.copyWithin(a, b, b + page);
        bytes.set(old.subarray(a, a + page), b);
        return () => {
          bytes.set(old);
        };
      },
    };
    const load = (): Promise<unknown> =>
      loadRecords({ read: () => Promise.resolve(bytes) }, CIFAR10_MANIFESTS.test);
    for (const damage of Object.values(damages)) {
      for (let i = 0; i < 3; i++) {
        const repair = damage();
        await expect(load()).rejects.toBeInstanceOf(DataError);
        repair();
      }
    }
    await expect(load()).resolves.toHaveLength(10_000);
  });

  it("refuses swapped files, unknown options and unknown splits", async () => {
    const { source } = recording();
    const swapped: ByteSource = {
      read: (name) => source.read(name === "test_batch.bin" ? "data_batch_1.bin" : name),
    };
    await expect(loadCifar10(swapped, { split: "test" })).rejects.toBeInstanceOf(DataError);
    const options = (value: object): Promise<unknown> => loadCifar10(source, value);
    await expect(options({ splits: "test" })).rejects.toThrow(/did you mean split/);
    await expect(options({ split: "validation" })).rejects.toBeInstanceOf(ArgumentError);
    await expect(loadCifar10(undefined as unknown as ByteSource)).rejects.toThrow(
      /loadCifar10: expected a source with a read\(fileName\) method, got undefined/,
    );
  });
});

describe("CIFAR10_MANIFESTS", () => {
  it("describes files of 10,000 whole records", () => {
    expect(CIFAR10_CLASS_NAMES).toHaveLength(CIFAR10_LAYOUT.numClasses);
    for (const { files } of Object.values(CIFAR10_MANIFESTS)) {
      for (const { bytes } of files) expect(bytes).toBe(10_000 * 3073);
    }
  });
});
