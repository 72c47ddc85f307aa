/** Files of other kinds and of other types of numbers, and damaged ones. */
import { readFileSync } from "node:fs";
import { layers as L, type LayersModel, sequential } from "@tensorflow/tfjs-layers";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { ArgumentError, DataError } from "../../src/errors.ts";
import { loadWeights, saveWeights } from "../../src/model/weights/index.ts";
import { readSafetensors } from "../../src/formats/read-safetensors.ts";
import { writeSafetensors } from "../../src/formats/write-safetensors.ts";
import { MAGIC } from "../../src/train/checkpoint/format.ts";
import { useBackend } from "../helpers/backends.ts";
import { createHdf5 } from "../helpers/create-hdf5.ts";
import { unzip } from "../helpers/unzip.ts";

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../fixtures/weights/${name}`, import.meta.url));

const open: LayersModel[] = [];
beforeAll(() => useBackend("cpu"));
afterEach(() => {
  for (const model of open.splice(0)) model.dispose();
});
function small(inputs = 2): LayersModel {
  const layers = [
    L.dense({ name: "dense", units: 2, inputShape: [inputs], biasInitializer: "ones" }),
  ];
  const model = sequential({ layers });
  open.push(model);
  return model;
}
const values = (model: LayersModel): number[] =>
  model.getWeights().flatMap((weight) => [...weight.dataSync()]);

// The numbers of make-nested.py; whole types have them rounded to even, without signs.
const NUMBERS = [1.5, -2.25, 0.125, 3, 0.5, -0.75];
const WHOLE = [2, 2, 0, 3, 0, 1];

describe("Keras's HDF5 files in other types", () => {
  it.each([
    ["float16.weights.h5", NUMBERS],
    ["float16.h5", NUMBERS],
    ["bfloat16.weights.h5", NUMBERS],
    ["bfloat16.h5", NUMBERS],
    ["float64.weights.h5", NUMBERS],
    ["float64.h5", NUMBERS],
    ["big-f2.h5", NUMBERS],
    ["big-f4.h5", NUMBERS],
    ["big-f8.h5", NUMBERS],
    ["little-i1.h5", WHOLE],
    ["big-i2.h5", WHOLE],
    ["little-i4.h5", WHOLE],
    ["big-i8.h5", WHOLE],
    ["little-u8.h5", WHOLE],
  ])("are read: %s", async (name, expected) => {
    const model = small();
    await loadWeights(model, fixture(`small-${name}`));
    expect(values(model)).toEqual(expected);
  });

  it.each([
    ["bool.h5", /got HDF5's type 8, 1 bytes each/],
    ["complex64.h5", /got \[\["r","<f"\],\["i","<f"\]\]/],
    ["longdouble.h5", /got .*undefined/],
  ])("are named if they cannot be weights: %s", async (name, message) => {
    const refused = loadWeights(small(), fixture(`small-${name}`));
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow(/save the weights in Python as float32/);
    await expect(refused).rejects.not.toThrow(/damaged|network that the file/);
  });

  it.each([512, 4096])("are read behind a block of %d bytes of their user's", async (size) => {
    const block = Buffer.from("<user>".padEnd(size));
    const model = small();
    await loadWeights(model, Buffer.concat([block, fixture("small-big-f4.h5")]));
    expect(values(model)).toEqual(NUMBERS);
  });

  it("are read where they are compressed by gzip, which HDF5 always knows", async () => {
    const model = small(400);
    await loadWeights(model, fixture("small-gzip.h5"));
    const rows = [NUMBERS.slice(0, 2), NUMBERS.slice(2, 4)];
    const kernel = rows.flatMap((row) => Array.from({ length: 200 }, () => row).flat());
    expect(values(model)).toEqual([...kernel, ...NUMBERS.slice(4)]);
  });

  it("are not called damaged where they are compressed in another way", async () => {
    const refused = loadWeights(small(400), fixture("small-lzf.h5"));
    await expect(refused).rejects.toThrow(/got "required filter 'lzf' is not registered"; save/);
    await expect(refused).rejects.not.toThrow(/damaged|intact|network that the file/);
  });

  it("say what is wrong where they end too early", async () => {
    const whole = fixture("small-gzip.h5");
    const refused = loadWeights(small(), whole.subarray(0, whole.length / 2));
    await expect(refused).rejects.toThrow(/got "truncated file: .*"; get the file again/);
  });
});

describe("Keras's HDF5 files whose links lead round in a circle", () => {
  const refusal = /inside one another 100 times at most/;

  it("are refused at once: Keras 2", async () => {
    const bytes = await createHdf5((file) => {
      file.create_hard_link("/", "round");
      file.create_attribute("layer_names", ["round/".repeat(3000)], null, "S18000");
    });
    await expect(loadWeights(small(), bytes)).rejects.toThrow(refusal);
  });

  it("are refused at once: Keras 3", async () => {
    const bytes = await createHdf5((file) => {
      const layers = file.create_group("layers");
      const vars = layers.create_group("dense").create_group("vars");
      vars.create_dataset({ name: "0", data: new Float32Array(4), shape: [2, 2], dtype: "<f4" });
      vars.create_dataset({ name: "1", data: new Float32Array(2), shape: [2], dtype: "<f4" });
      const more = layers.create_group("more");
      for (const name of ["round", "again"]) more.create_hard_link("/layers/more", name);
    });
    await expect(loadWeights(small(), bytes)).rejects.toThrow(refusal);
  });
});

describe("files of other kinds", () => {
  const text = (content: string): Uint8Array => new TextEncoder().encode(content.padEnd(200));
  it.each([
    ["small.keras", fixture("small.keras"), /got a \.keras file, .* model\.weights\.h5/],
    ["small.pt", fixture("small.pt"), /got a file of torch\.save.* safetensors\.torch\.save_file/],
    ["small-old.pt", fixture("small-old.pt"), /got a Python pickle.*safetensors/],
    ["small.npz", fixture("small.npz"), /got a NumPy \.npz file/],
    ["an empty zip", Buffer.from("PK\x05\x06".padEnd(22, "\0"), "latin1"), /got a zip file/],
    ["model.json", text('{"modelTopology":{}}'), /got JSON.*loadModel/],
    ["an error page", text("<!doctype html><title>404</title>"), /got a page of HTML/],
    ["a pointer of LFS", text("version https://git-lfs.github.com/spec/v1"), /git lfs pull/],
    ["ONNX", text("\x08\x09\x12\x07pytorch"), /got an ONNX file/],
    ["ONNX of nobody's", text("\x08\x0a\x3a\x40\x0a\x10"), /got an ONNX file/],
    ["a saved_model.pb", text("\x08\x01\x12\x40\x0a\x30"), /a saved_model\.pb of TensorFlow/],
    ["SavedModel", Uint8Array.of(8, 1, 0x12, 0xd9, 0xaa, 1, 10, 0xd6), /a saved_model\.pb/],
    ["a checkpoint", Buffer.concat([MAGIC, Buffer.alloc(99)]), /got a checkpoint of a run/],
    ["weights.bin", new Uint8Array(Float32Array.of(0.5, 1, 2).buffer), /bytes 0000003f; .* \.bin/],
    ["a PNG", Buffer.from("\x89PNG\r\n\x1a\n".padEnd(50), "latin1"), /bytes 89504e47/],
    ["gzip", Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3), /got a gzip file/],
  ])("are called by their name: %s", async (_, bytes, message) => {
    const refused = loadWeights(small(), bytes);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow(DataError);
    await expect(refused).rejects.not.toThrow(/damaged/);
  });

  it("hold the weights that the error advises to pass: .keras", async () => {
    const model = small();
    await loadWeights(model, unzip(fixture("small.keras"), "model.weights.h5"));
    expect(values(model)).toEqual(NUMBERS);
  });

  it.each(["C64", "F4", "F6_E2M3", "F8_E8M0", "F8_E4M3FNUZ"])(
    "hold a type that is not supported: %s",
    async (dtype) => {
      const header = JSON.stringify({ a: { dtype, shape: [1], data_offsets: [0, 1] } });
      const bytes = new Uint8Array(8 + header.length + 1);
      new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
      bytes.set(new TextEncoder().encode(header), 8);
      const refused = loadWeights(small(), bytes);
      await expect(refused).rejects.toThrow(`"${dtype}", which is not supported; convert it`);
      await expect(refused).rejects.not.toThrow(/damaged/);
    },
  );

  it.each(["F8_E4M3", "F8_E5M2", "I32", "BOOL"] as const)(
    "hold weights of a type that weights do not come in: %s",
    async (dtype) => {
      const model = small();
      const { tensors } = readSafetensors(await saveWeights(model));
      const Type = dtype === "I32" ? Int32Array : Uint8Array;
      const bias = { dtype, shape: [2], data: new Type(2) };
      const bytes = writeSafetensors(new Map(tensors).set("dense.bias", bias));
      const message = `expected dense.bias as F32, F16, BF16 or F64, got ${dtype}; convert it`;
      await expect(loadWeights(model, bytes)).rejects.toThrow(message);
    },
  );
});

describe("a damaged file", () => {
  it.each([
    {},
    { layout: "keras" },
    { dtype: "F16" },
    { format: "keras3" },
    { format: "keras2" },
  ] as const)("is noticed wherever a bit of its numbers changes: %j", async (options) => {
    const [from, to] = [small(), small()];
    await loadWeights(from, fixture("small-float64.h5"));
    const before = values(to);
    const bytes = await saveWeights(from, options);
    const half = "dtype" in options;
    const number = half ? Uint8Array.of(0x80, 0xc0) : new Uint8Array(Float32Array.of(-2.25).buffer);
    const at = Buffer.from(bytes).indexOf(number);
    expect(at).toBeGreaterThan(0);
    for (let bit = 0; bit < number.length * 8; bit++) {
      const damaged = bytes.slice();
      damaged[at + (bit >> 3)] ^= 1 << (bit & 7);
      await expect(loadWeights(to, damaged)).rejects.toThrow(/SHA-256 that the file names/);
    }
    expect(values(to)).toEqual(before);
    await loadWeights(to, bytes);
    expect(values(to)).toEqual(values(from));
  });

  it("is noticed in the names and the text of a safetensors file, too", async () => {
    const model = small();
    const bytes = await saveWeights(model, { metadata: { epoch: "3" } });
    const changed = (from: string, to: string): Uint8Array => {
      const copy = Buffer.from(bytes);
      copy.write(to, copy.indexOf(from), "latin1");
      return new Uint8Array(copy);
    };
    for (const [from, to] of [
      ["dense.bias", "dense.bies"],
      ['epoch":"3', 'epoch":"4'],
      ['layout":"pytorch', 'layout":"pytorck'],
    ]) {
      await expect(loadWeights(model, changed(from, to))).rejects.toThrow(/SHA-256/);
    }
  });

  it("is loaded without a hash, as files of other programs are", async () => {
    const [from, to] = [small(), small()];
    const { tensors } = readSafetensors(await saveWeights(from));
    await loadWeights(to, writeSafetensors(tensors));
    expect(values(to)).toEqual(values(from));
  });
});

describe("half precision", () => {
  it("is refused for numbers that would become infinite", async () => {
    const model = small();
    const { tensors } = readSafetensors(await saveWeights(model));
    const bias = { dtype: "F32", shape: [2], data: Float32Array.of(1, -70_000) } as const;
    await loadWeights(model, writeSafetensors(new Map(tensors).set("dense.bias", bias)));
    const refused = saveWeights(model, { dtype: "F16" });
    await expect(refused).rejects.toThrow(
      /up to 65,504 in dense\.bias, .* got -70000; use dtype "F32"/,
    );
    await expect(refused).rejects.toThrow(ArgumentError);
    expect((await saveWeights(model, { dtype: "F32" })).length).toBeGreaterThan(8);
  });
});
