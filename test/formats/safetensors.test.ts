import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, DataError } from "../../src/errors.ts";
import { readSafetensors } from "../../src/formats/read-safetensors.ts";
import type { SafeTensor } from "../../src/formats/safetensors.ts";
import { elementArray, SAFETENSORS_DTYPES } from "../../src/formats/safetensors-dtype.ts";
import { toFloat32 } from "../../src/formats/to-float32.ts";
import { writeSafetensors } from "../../src/formats/write-safetensors.ts";
import { fuzz, FUZZ_INPUTS } from "../dataset/fuzz.ts";

/** A file with this header, whatever it says, and so many bytes of data. */
function file(header: string | Uint8Array, dataBytes = 0, length?: bigint): Uint8Array {
  const json = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}
const entry = (name: string, begin: number, end: number, shape = [end - begin]): string =>
  `"${name}":${JSON.stringify({ dtype: "U8", shape, data_offsets: [begin, end] })}`;
const f32 = (...values: number[]): SafeTensor => ({
  dtype: "F32",
  shape: [values.length],
  data: Float32Array.from(values),
});

describe("writeSafetensors", () => {
  it("writes the bytes that the format's own writer writes", () => {
    const bytes = writeSafetensors(
      new Map<string, SafeTensor>([
        ["b", { dtype: "U8", shape: [1], data: Uint8Array.of(7) }],
        ["a", f32(1, -2)],
      ]),
      { format: "pt" },
    );
    // Widest elements first, padded with spaces to a multiple of 8.
    const header =
      '{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},' +
      '"b":{"dtype":"U8","shape":[1],"data_offsets":[8,9]}}';
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
    expect(new DataView(bytes.buffer).getBigUint64(0, true)).toBe(BigInt(padded.length));
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + padded.length))).toBe(padded);
    expect([...bytes.subarray(8 + padded.length)]).toEqual([0, 0, 128, 63, 0, 0, 0, 192, 7]);
  });

  it("refuses what it could not read again", () => {
    const write = (name: string, tensor: object, metadata?: object) => () =>
      writeSafetensors(new Map([[name, { ...f32(1), ...tensor }]]), metadata as never);
    expect(write("__metadata__", {})).toThrow(/the format keeps for itself/);
    expect(write("a", { shape: [2] })).toThrow(/Float32Array\(2\) for F32 \[2\], got Float32Array/);
    expect(write("a", { shape: [-1] })).toThrow(/whole numbers of at least 0/);
    expect(write("a", { dtype: "F64" })).toThrow(/Float64Array\(1\)/);
    expect(write("a", { dtype: "float" })).toThrow(ArgumentError);
    expect(write("a", {}, { epochs: 3 })).toThrow(/object of strings/);
  });
});

describe("readSafetensors", () => {
  it("gives back every type bit for bit, whatever the names and shapes", () => {
    const tensor = fc
      .record({
        dtype: fc.constantFrom(...SAFETENSORS_DTYPES),
        shape: fc.array(fc.nat(4), { maxLength: 3 }),
        seed: fc.uint8Array({ minLength: 64, maxLength: 64 }),
      })
      .map(({ dtype, shape, seed }): SafeTensor => {
        const count = shape.reduce((product, size) => product * size, 1);
        const ArrayOfType = elementArray(dtype);
        const raw = Uint8Array.from({ length: count * 8 }, (_, i) => seed[(i * 7) % 64]);
        return { dtype, shape, data: new ArrayOfType(raw.buffer).slice(0, count) };
      });
    const name = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("__proto__", "constructor", "toString", "", '"', "\\"),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(name, tensor)),
        fc.dictionary(fc.string(), fc.string()),
        (list, text) => {
          const tensors = new Map(list);
          tensors.delete("__metadata__");
          const again = readSafetensors(writeSafetensors(tensors, text));
          expect(Object.entries(again.metadata).sort()).toEqual(Object.entries(text).sort());
          expect(new Set(again.tensors.keys())).toEqual(new Set(tensors.keys()));
          for (const [key, { dtype, shape, data }] of tensors) {
            const found = again.tensors.get(key)!;
            expect([found.dtype, found.shape]).toEqual([dtype, shape]);
            const bits = (array: typeof data): Uint8Array =>
              new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
            expect(Buffer.compare(bits(found.data), bits(data))).toBe(0);
          }
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });

  it("reads part of a larger buffer, and Node's own", () => {
    const bytes = writeSafetensors(new Map([["a", f32(1, 2, 3)]]));
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    for (const view of [shifted.subarray(3), Buffer.from(bytes)]) {
      expect([...readSafetensors(view).tensors.get("a")!.data]).toEqual([1, 2, 3]);
    }
  });

  it("takes a file without tensors, and tensors without elements", () => {
    expect(readSafetensors(file("{}")).tensors.size).toBe(0);
    const { tensors } = readSafetensors(
      file(`{${entry("a", 0, 0, [3, 0])},${entry("b", 0, 2)}}`, 2),
    );
    expect([tensors.get("a")!.data.length, tensors.get("b")!.data.length]).toEqual([0, 2]);
  });

  it.each([
    ["nothing", new Uint8Array(0), /at least 8 bytes/],
    ["a header longer than any", file("{}", 0, 2n ** 53n), /at most 100000000 bytes, got 9007/],
    ["a length of 64 ones", file("{}", 0, 2n ** 64n - 1n), /got 18446744073709551615/],
    ["a header beyond the end", file("{}", 0, 3n), /3 bytes, got the end/],
    ["no header", file(""), /starts with "{"/],
    ["white space first", file(" {}"), /starts with "{"/],
    ["another start", file("[]"), /starts with "{"/],
    ["what is not UTF-8", file(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)), /JSON in UTF-8/],
    ["what is not JSON", file("{a}"), /JSON in UTF-8/],
    ["JSON cut short", file('{"a":'), /JSON in UTF-8/],
    ["10,000 levels", file(`{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}`), /type BOOL/],
    ["a name twice", file(`{${entry("a", 0, 2)},${entry("a", 0, 2)}}`, 2), /"a" twice/],
    [
      "a name twice, once escaped",
      file(`{${entry("a", 0, 2)},${entry("\\u0061", 0, 2)}}`, 2),
      /"a" twice/,
    ],
    ["an unknown type", file('{"a":{"dtype":"F1","shape":[],"data_offsets":[0,0]}}'), /got "F1"/],
    [
      "a type of the prototype",
      file('{"a":{"dtype":"toString","shape":[],"data_offsets":[0,0]}}'),
      /type/,
    ],
    ["a tensor that is null", file('{"a":null}'), /type BOOL/],
    ["no shape", file('{"a":{"dtype":"U8","data_offsets":[0,0]}}'), /a shape of whole numbers/],
    ["a negative size", file(`{${entry("a", 0, 1, [-1])}}`, 1), /a shape of whole numbers/],
    ["half a size", file(`{${entry("a", 0, 1, [0.5])}}`, 1), /a shape of whole numbers/],
    ["one offset", file('{"a":{"dtype":"U8","shape":[],"data_offsets":[0]}}'), /two data_offsets/],
    [
      "an offset of 2^60",
      file(`{${entry("a", 0, 2 ** 60, [2 ** 60])}}`),
      /a shape of whole numbers/,
    ],
    [
      "a size beyond all numbers",
      file(`{${entry("a", 0, 1, [2 ** 40, 2 ** 40])}}`, 1),
      /1208925819614629174706176 bytes|1\.2\d*e\+24 bytes/,
    ],
    [
      "a size that overflows",
      file(`{${entry("a", 0, 1, [...Array<number>(40).fill(2 ** 30), 0])}}`, 1),
      /bytes for/,
    ],
    [
      "an end before the start",
      file(`{${entry("a", 2, 1, [1])}}`, 2),
      /1 bytes for "a", U8 \[1\], got -1/,
    ],
    [
      "a gap",
      file(`{${entry("a", 0, 2)},${entry("b", 3, 4)}}`, 4),
      /"b" to start at byte 2, got 3/,
    ],
    [
      "an overlap",
      file(`{${entry("a", 0, 2)},${entry("b", 1, 3)}}`, 3),
      /"b" to start at byte 2, got 1/,
    ],
    ["data that do not start at 0", file(`{${entry("a", 1, 2)}}`, 2), /to start at byte 0/],
    ["bytes after the end", file(`{${entry("a", 0, 2)}}`, 3), /2 bytes of data, got 3/],
    ["data cut short", file(`{${entry("a", 0, 2)}}`, 1), /2 bytes of data, got 1/],
    ["metadata that are no text", file('{"__metadata__":{"a":1}}'), /object of strings/],
    ["metadata that are a list", file('{"__metadata__":["a"]}'), /object of strings/],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(message);
    expect(() => readSafetensors(bytes)).toThrow(DataError);
  });

  it("refuses a hundred thousand names for one place", () => {
    const names = Array.from(
      { length: 1e5 },
      (_, i) => `"${i}":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}`,
    );
    expect(() => readSafetensors(file(`{${names.join(",")}}`, 1))).toThrow(/to start at byte 1/);
  });

  it("gives only the library's errors for damaged files", async () => {
    const valid = writeSafetensors(
      new Map([
        ["a.weight", f32(1, 2)],
        ["b", f32(3)],
      ]),
      { x: "y" },
    );
    const { accepted, refused, strange } = await fuzz(valid, readSafetensors);
    expect(strange).toEqual([]);
    // The format has no checksum: damage to the numbers alone is not seen.
    expect(refused).toBeGreaterThan(FUZZ_INPUTS / 2);
    expect(accepted + refused).toBe(FUZZ_INPUTS);
  });
});

describe("toFloat32", () => {
  it("reads half precision: normal, subnormal, infinite and signed zero", () => {
    const data = Uint16Array.of(
      0x3c00,
      0xc000,
      0x7bff,
      0x0001,
      0x03ff,
      0x7c00,
      0xfc00,
      0x8000,
      0x7e00,
    );
    const expected = [1, -2, 65504, 2 ** -24, 1023 * 2 ** -24, Infinity, -Infinity, -0, NaN];
    expect([...toFloat32({ dtype: "F16", shape: [9], data })!]).toEqual(expected);
  });

  it("reads bfloat16 and float64, and nothing that is not a float", () => {
    const bits = Uint16Array.of(0x3f80, 0xc040, 0x7f80);
    expect([...toFloat32({ dtype: "BF16", shape: [3], data: bits })!]).toEqual([1, -3, Infinity]);
    const wide = Float64Array.of(0.1);
    expect([...toFloat32({ dtype: "F64", shape: [1], data: wide })!]).toEqual([Math.fround(0.1)]);
    expect(toFloat32({ dtype: "I32", shape: [1], data: new Int32Array(1) })).toBeUndefined();
  });
});
