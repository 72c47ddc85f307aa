import { describe, expect, it } from "vitest";
import { CifarKitError, DataError, randomStream } from "cifar-kit";
import packageJson from "../../../package.json" with { type: "json" };
import type { NamedArray } from "../../../src/model/named-array.ts";
import type { Checkpoint } from "../../../src/train/checkpoint/checkpoint.ts";
import { decodeCheckpoint } from "../../../src/train/checkpoint/decode.ts";
import { encodeCheckpoint } from "../../../src/train/checkpoint/encode.ts";
import { LIBRARY_VERSION } from "../../../src/train/checkpoint/library-version.ts";
import { forge, partsOf, sampleCheckpoint } from "./forge.ts";

const bits = ({ values }: NamedArray): number[] => [
  ...new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
];

describe("a checkpoint file", () => {
  it("gives back what was written", async () => {
    const checkpoint = sampleCheckpoint();
    const file = await encodeCheckpoint(checkpoint);
    expect(await decodeCheckpoint(file)).toEqual(checkpoint);
    expect(await decodeCheckpoint(Buffer.from(file))).toEqual(checkpoint);
  });

  it("keeps the bits of 200 random sets of tensors, NaN payloads and denormals included", async () => {
    const rng = randomStream(1, "checkpoint round trip");
    for (let round = 0; round < 200; round++) {
      const tensors = Array.from({ length: rng.integer(6) }, (_, i): NamedArray => {
        const shape = Array.from({ length: rng.integer(4) }, () => rng.integer(5));
        const length = shape.reduce((product, size) => product * size, 1);
        const words = Int32Array.from({ length }, () => rng.uint32());
        const values = rng.integer(2) ? words : new Float32Array(words.buffer);
        return { name: `tensor ${i}`, shape, values };
      });
      const cut = rng.integer(tensors.length + 1);
      const checkpoint = {
        ...sampleCheckpoint(),
        weights: tensors.slice(0, cut),
        optimizer: tensors.slice(cut),
      };
      const read = await decodeCheckpoint(await encodeCheckpoint(checkpoint));
      expect([...read.weights, ...read.optimizer].map(bits)).toEqual(tensors.map(bits));
      expect(read.weights.map(({ shape }) => shape)).toEqual(
        checkpoint.weights.map(({ shape }) => shape),
      );
    }
  });

  it("is the same for the same state, and begins and ends as the format says", async () => {
    const file = await encodeCheckpoint(sampleCheckpoint());
    expect(await encodeCheckpoint(sampleCheckpoint())).toEqual(file);
    const { header, payload } = partsOf(file);
    expect(forge(header, payload)).toEqual(file);
    expect(Buffer.byteLength(header) % 8).toBe(0);
  });

  it("reads from the middle of a larger buffer", async () => {
    const file = await encodeCheckpoint(sampleCheckpoint());
    const larger = new Uint8Array(file.length + 13);
    larger.set(file, 5);
    const read = await decodeCheckpoint(larger.subarray(5, 5 + file.length));
    expect(read).toEqual(sampleCheckpoint());
  });

  it("notices every flipped bit and every truncation", async () => {
    const file = await encodeCheckpoint({ ...sampleCheckpoint(), histories: [], manifest: {} });
    for (let bit = 0; bit < 8 * file.length; bit++) {
      const damaged = file.slice();
      damaged[bit >> 3] ^= 1 << (bit & 7);
      await expect(decodeCheckpoint(damaged)).rejects.toThrow(DataError);
    }
    for (let length = 0; length < file.length; length++) {
      await expect(decodeCheckpoint(file.subarray(0, length))).rejects.toThrow(DataError);
    }
    await expect(decodeCheckpoint(Buffer.concat([file, Uint8Array.of(0)]))).rejects.toThrow();
  });
});

describe("a file made on purpose is refused: ", () => {
  const { header: good, payload } = ((): { header: string; payload: Uint8Array } => {
    const { weights, optimizer, result, ...rest } = sampleCheckpoint();
    const spec = ({ name, shape, values }: NamedArray): object => ({
      name,
      dtype: values instanceof Float32Array ? "float32" : "int32",
      shape,
    });
    const tensors = {
      weights: weights.map(spec),
      optimizer: optimizer.map(spec),
      callbacks: [],
      result: result.slice(1).map(spec),
    };
    return {
      header: JSON.stringify({ ...rest, callbacks: [], tensors }),
      payload: new Uint8Array(28),
    };
  })();
  /** The good header with some of its text exchanged. */
  const with_ = (from: string, to: string): string => {
    expect(good).toContain(from);
    return good.replace(from, to);
  };

  it("not the one that the others are made of", async () => {
    expect((await decodeCheckpoint(forge(good, payload))).steps).toBe(47);
  });

  const cases: [string, () => Uint8Array, RegExp][] = [
    ["other first bytes", () => forge(good, payload, { magic: "PK\x03\x04xxxx" }), /first bytes/],
    ["a newer version", () => forge(good, payload, { version: 2 }), /format version 1.*got 2/],
    ["version 0", () => forge(good, payload, { version: 0 }), /format version/],
    ["a header longer than the file", () => forge(good, payload, { headerBytes: 1e6 }), /within/],
    ["a header of 4 GiB", () => forge(good, payload, { headerBytes: 2 ** 32 - 1 }), /within/],
    ["a header that is cut", () => forge(good, payload, { headerBytes: 99 }), /JSON/],
    ["a header that is not UTF-8", () => forge(Uint8Array.of(0xff, 0xfe), payload), /JSON/],
    ["a header that is not JSON", () => forge("{", payload), /JSON/],
    ["nesting without end", () => forge("[".repeat(10_000), payload), /JSON/],
    [
      "nesting beyond the limit",
      () =>
        forge(
          with_('{"backend":"cpu"', `{"x":${"[".repeat(99)}${"]".repeat(99)},"backend":1`),
          payload,
        ),
      /at most 64 levels/,
    ],
    ["a field twice", () => forge(with_('"steps":47', '"steps":1,"steps":47'), payload), /JSON/],
    [
      "a number beyond the range",
      () => forge(with_('"steps":47', '"steps":1e999'), payload),
      /JSON/,
    ],
    [
      "a step that is no integer",
      () => forge(with_('"steps":47', '"steps":4.5'), payload),
      /steps/,
    ],
    ["a negative step", () => forge(with_('"step":5', '"step":-5'), payload), /position.step/],
    ["a missing field", () => forge(with_('"steps":47,', ""), payload), /steps/],
    [
      "an unknown field",
      () => forge(with_('"steps":47', '"stepz":1,"steps":47'), payload),
      /"stepz"/,
    ],
    ["null for a header", () => forge("null", payload), /object/],
    [
      "__proto__ as a key",
      () => forge(with_('"odd key: ü"', '"__proto__"'), payload),
      /ordinary keys/,
    ],
    [
      "histories of several lengths",
      () => forge(with_('"epochs":[0,1,2]', '"epochs":[0,1]'), payload),
      /one length/,
    ],
    ["an unknown type", () => forge(with_('"float32"', '"float64"'), payload), /dtype/],
    ["a negative size", () => forge(with_('"shape":[2,3]', '"shape":[-2,-3]'), payload), /shape/],
    [
      "a huge size",
      () => forge(with_('"shape":[2,3]', '"shape":[9007199254740991,3]'), payload),
      /28 bytes/,
    ],
    [
      "sizes whose product overflows",
      () => forge(with_('"shape":[2,3]', '"shape":[4294967296,4294967296,4294967296]'), payload),
      /28 bytes/,
    ],
    ["bytes that are missing", () => forge(good, payload.subarray(4)), /24 bytes/],
    ["bytes that are left over", () => forge(good, new Uint8Array(32)), /32 bytes/],
    [
      "more tensors than any model has",
      () => {
        const spec = '{"name":"a","dtype":"float32","shape":[0]}';
        const many = Array.from({ length: 100_001 }, () => spec).join(",");
        return forge(with_('"result":[]}', `"result":[${many}]}`), payload);
      },
      /at most 100000/,
    ],
    [
      "an array that is not there",
      () =>
        forge(with_('"callbacks":[],', '"callbacks":[{"key":"a","state":{"$array":7}}],'), payload),
      /number 7/,
    ],
    ["nothing", () => new Uint8Array(0), /at least 80 bytes, got 0/],
  ];
  it.each(cases)("%s", async (_, file, message) => {
    const error: unknown = await decodeCheckpoint(file()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    expect((error as Error).message).toMatch(message);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe("a callback's state", () => {
  const encode = (state: unknown): Promise<Uint8Array> =>
    encodeCheckpoint({
      ...sampleCheckpoint(),
      callbacks: [{ key: "a", state }] as Checkpoint["callbacks"],
    });

  it("may be anything of JSON, with typed arrays", async () => {
    const state = { a: [1, "b", { c: Float32Array.of(7) }], d: null };
    const { callbacks } = await decodeCheckpoint(await encode(state));
    expect(callbacks).toEqual([{ key: "a", state }]);
  });

  it("is refused before anything is written if it is something else", async () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    for (const state of [new Map(), new Date(0), circle, { $array: 1 }, new Uint8Array(3)]) {
      await expect(encode(state)).rejects.toThrow(CifarKitError);
    }
  });

  it("may hold the values that JSON lacks", async () => {
    const numbers = [NaN, Infinity, -Infinity, 0.1 + 0.2, -1e-300, -0, 0];
    const state = { best: numbers, none: undefined, null: null, list: [undefined, , "undefined"] };
    const { callbacks } = await decodeCheckpoint(await encode(state));
    const read = callbacks[0].state as Record<string, unknown>;
    expect(read).toEqual(state);
    expect(read.best).toStrictEqual(numbers);
    expect(Object.entries(read)).toContainEqual(["none", undefined]);
    expect(read.null).toBeNull();
    const nothing = await decodeCheckpoint(await encode(undefined));
    expect(nothing.callbacks[0].state).toBeUndefined();
  });
});

it("the version in checkpoints is the package's", () => {
  expect(LIBRARY_VERSION).toBe(packageJson.version);
});
