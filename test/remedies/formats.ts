import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { tensor2d } from "@tensorflow/tfjs-core";
import { layers, type LayersModel, sequential } from "@tensorflow/tfjs-layers";
import * as kit from "cifar-kit";
import { fileSystemIO } from "cifar-kit/node";
import { unzipSync, zipSync } from "fflate";
import { unzip } from "../helpers/unzip.ts";
import { artifactsOf } from "../helpers/artifacts.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";
import { MemoryStore } from "../train/checkpoint/memory-store.ts";
import { type Trials, type Untried, wrong } from "./trial.ts";

const write = (name: string, tensor: object = {}, metadata: object = {}): Uint8Array =>
  kit.writeSafetensors(
    new Map([[name, { dtype: "F32", shape: [2], data: new Float32Array(2), ...tensor }]]) as never,
    metadata as Record<string, string>,
  );

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../fixtures/weights/${name}`, import.meta.url));
const wide = (): LayersModel =>
  sequential({ layers: [layers.dense({ name: "dense", units: 2, inputShape: [400] })] });
const named = (...names: string[]): LayersModel =>
  sequential({ layers: names.map((name) => layers.dense({ name, units: 2, inputShape: [2] })) });
const load = (bytes: Uint8Array): Promise<unknown> => kit.loadWeights(named("dense"), bytes);
const text = (content: string): Uint8Array => new TextEncoder().encode(content.padEnd(200));
const dense = (): Promise<Uint8Array> => kit.saveWeights(named("dense"));
/** An inner model of two models: their layers b, in the second one called otherwise, meet. */
function twins(second: string): LayersModel {
  const b = sequential({
    name: "a",
    layers: [layers.dense({ name: "b", units: 2, inputShape: [2] })],
  });
  const other = layers.dense({ name: second, units: 2, inputShape: [2] });
  const inner = sequential({ name: "inner", layers: [other, b] });
  return sequential({ layers: [layers.dense({ units: 2, inputShape: [2] }), inner] });
}
/** A zip of one stored file, "w". */
function zipOf(bytes: Uint8Array): Uint8Array {
  const part = (signature: number, length: number, fields: readonly [number, number][]): Buffer => {
    const head = Buffer.alloc(length);
    head.writeUInt32LE(signature, 0);
    for (const [at, value] of fields) head.writeUInt32LE(value, at);
    return head;
  };
  const sizes = (at: number): [number, number][] => [
    [at, bytes.length],
    [at + 4, bytes.length],
  ];
  const name = Buffer.from("w");
  const local = part(0x04034b50, 30, [...sizes(18), [26, 1]]);
  const central = part(0x02014b50, 46, [...sizes(20), [28, 1]]);
  return Buffer.concat([local, name, bytes, central, name]);
}
/** A run that was stopped and went on, and the file that it went on from. */
async function checkpointed(): Promise<{ model: LayersModel; file: Uint8Array }> {
  const store = new MemoryStore();
  const run = async (model: LayersModel): Promise<LayersModel> => {
    const train = tinyImages(6);
    await kit.trainPhase(model, { train, epochs: 1, verbose: 0, checkpoint: { store } });
    return model;
  };
  await run(tinyModel());
  const file = store.files.get(store.newest)!;
  return { model: await run(tinyModel()), file };
}
/** The whole file where there was something in its place. */
const loadDense = async (): Promise<unknown> => load(await dense());
/** What the safetensors packages of Python write. */
const PYTHON = fixture("from-pytorch.safetensors");

/** A safetensors file of one number. */
function ofType(dtype: string): Uint8Array {
  const header = JSON.stringify({ a: { dtype, shape: [1], data_offsets: [0, 4] } });
  const bytes = new Uint8Array(8 + header.length + 4);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(new TextEncoder().encode(header), 8);
  return bytes;
}

const keras = (): Uint8Array => kit.saveKeras(tinyModel());
/** The file with many more zeros than a model's, compressed. */
const bomb = (): Uint8Array =>
  zipSync({ ...unzipSync(keras()), "model.weights.h5": new Uint8Array(5e6) }, { level: 9 });

const newFolder = (): string => mkdtempSync(join(tmpdir(), "cifar-kit-formats-"));
/** A model with a number that half precision cannot hold. */
function huge(): LayersModel {
  const model = named("dense");
  const [, bias] = model.getWeights();
  model.setWeights([tensor2d([1e5, 0, 0, 0], [2, 2]), bias]);
  return model;
}

export const trials: Trials = {
  "a saved model is loaded by loadModel": [
    () => load(text('{"modelTopology":{}}')),
    async () => {
      const model = named("dense");
      const modelTopology = model.toJSON(null, false) as object;
      await kit.loadModel({ load: () => Promise.resolve({ modelTopology }) });
    },
  ],
  "look at it: it may be a server's error page; download the file itself": [
    () => load(text("<!doctype html><title>404</title>")),
    loadDense,
  ],
  "run git lfs pull": [() => load(text("version https://git-lfs.github.com/spec/v1")), loadDense],
  "save the weights of the network that it was made from": [() => load(text("GGUF")), loadDense],
  "go on with the run from it, and pass what saveWeights then gives": [
    async () => load((await checkpointed()).file),
    async () => {
      const { model } = await checkpointed();
      await kit.loadWeights(tinyModel(), await kit.saveWeights(model));
    },
  ],
  "pass a file that saveWeights, Keras or safetensors wrote; the .bin beside a model.json is loaded with it, by loadModel":
    [
      async () => load(new Uint8Array((await artifactsOf(tinyModel())).weightData as ArrayBuffer)),
      async () => {
        await load(await dense());
        await kit.loadModel({ load: () => artifactsOf(tinyModel()) });
      },
    ],
  "pass it to loadKeras, or unpack it and pass the file model.weights.h5 in it": [
    () => load(fixture("small.keras")),
    async () => {
      await load(unzip(fixture("small.keras"), "model.weights.h5"));
      (await kit.loadKeras(fixture("small.keras"))).dispose();
    },
  ],
  "unpack it and pass the weights file in it": [
    async () => load(zipOf(await dense())),
    async () => load(unzip(Buffer.from(zipOf(await dense())), "w")),
  ],
  "unpack it first": [
    async () => load(gzipSync(await dense())),
    async () => load(gunzipSync(gzipSync(await dense()))),
  ],
  "write the arrays with safetensors.numpy.save_file in Python": [
    () => load(fixture("small.npz")),
    () => kit.readSafetensors(PYTHON),
  ],
  "in Python, safetensors.torch.save_file(state_dict, path) writes what is needed; torch.load reads the state_dict":
    [() => load(fixture("small.pt")), () => kit.readSafetensors(PYTHON)],
  "convert it where the file was written, in PyTorch by tensor.float()": [
    () => kit.readSafetensors(ofType("F4")),
    () => kit.readSafetensors(ofType("F32")),
  ],
  'save the weights in Python as float32, e.g. with the dtype policy "float32"': [
    () => load(fixture("small-complex64.h5")),
    () => load(fixture("small-big-f4.h5")),
  ],
  "call one of the layers otherwise": [
    () => kit.saveWeights(twins("a/b"), { format: "keras2" }),
    () => kit.saveWeights(twins("other"), { format: "keras2" }),
  ],
  "call the layer otherwise, or use safetensors": [
    () => kit.saveWeights(named("a//b"), { format: "keras2" }),
    async () => {
      await kit.saveWeights(named("a/b"), { format: "keras2" });
      await kit.saveWeights(named("a//b"));
    },
  ],
  "the file is damaged or not in the safetensors format: get it again": [
    () => kit.readSafetensors(write("a").subarray(3)),
    () => kit.readSafetensors(write("a")),
  ],
  "pass as many elements as the shape says, in the array of that type": [
    () => write("a", { data: new Float32Array(3) }),
    () => write("a"),
  ],
  "pass e.g. [10, 3]": [
    () => write("a", { shape: [-1] }),
    () => write("a", { shape: [10, 3], data: new Float32Array(30) }),
  ],
  "pass one of these": [() => write("a", { dtype: "F7" }), () => write("a", { dtype: "F32" })],
  "pass e.g. new Map([[name, { dtype, shape, data }]])": [
    () => kit.writeSafetensors(wrong({ a: 1 })),
    () => write("a"),
  ],
  "build the network that the file belongs to, or get the file again": [
    async () =>
      kit.loadWeights(
        tinyModel({ denseUnits: 8 }),
        await kit.saveWeights(tinyModel(), { format: "keras3" }),
      ),
    async () =>
      kit.loadWeights(tinyModel(), await kit.saveWeights(tinyModel(), { format: "keras3" })),
  ],
  "save the model in Keras again, which does not compress it": [
    () => kit.loadKeras(bomb()),
    () => kit.loadKeras(fixture("small.keras")),
  ],
  "the file is damaged or was cut off: get it again": [
    () => kit.loadKeras(keras().slice(0, -30)),
    () => kit.loadKeras(keras()),
  ],
  "get the file again": [
    () => kit.loadWeights(tinyModel(), Buffer.from("\x89HDF\r\n\x1a\n....", "latin1")),
    async () =>
      kit.loadWeights(tinyModel(), await kit.saveWeights(tinyModel(), { format: "keras2" })),
  ],
  "save the weights in Python without compression": [
    () => kit.loadWeights(wide(), fixture("small-lzf.h5")),
    () => kit.loadWeights(wide(), fixture("small-gzip.h5")),
  ],
  "save the model without quantize": [
    () => huge().save(fileSystemIO(newFolder(), { quantize: "float16" })),
    () => huge().save(fileSystemIO(newFolder())),
  ],
  "write fewer tensors or less metadata": [
    () => write("a", {}, { long: "x".repeat(2 ** 27) }),
    () => write("a", {}, { long: "x" }),
  ],
  "rename the tensor": [() => write("__metadata__"), () => write("b")],
  "turn numbers and lists into text first": [
    () => write("a", {}, { epoch: 5 }),
    () => write("a", {}, { epoch: "5" }),
  ],
};

export const untried: Untried = {
  "write the tensors into several files": "needs a file larger than the memory",
};
