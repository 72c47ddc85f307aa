import { readFileSync } from "node:fs";
import { layers, type LayersModel, sequential } from "@tensorflow/tfjs-layers";
import * as kit from "cifar-kit";
import { tinyModel } from "../helpers/tiny.ts";
import { type Trials, type Untried, wrong } from "./trial.ts";

const write = (name: string, tensor: object = {}, metadata: object = {}): Uint8Array =>
  kit.writeSafetensors(
    new Map([[name, { dtype: "F32", shape: [2], data: new Float32Array(2), ...tensor }]]) as never,
    metadata as Record<string, string>,
  );

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../fixtures/weights/${name}`, import.meta.url));
const dense = (): LayersModel =>
  sequential({ layers: [layers.dense({ name: "dense", units: 2, inputShape: [400] })] });

export const trials: Trials = {
  "pass the file's bytes": [
    () => kit.readSafetensors(wrong("a")),
    () => kit.readSafetensors(write("a")),
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
  "get the file again": [
    () => kit.loadWeights(tinyModel(), Buffer.from("\x89HDF\r\n\x1a\n....", "latin1")),
    async () =>
      kit.loadWeights(tinyModel(), await kit.saveWeights(tinyModel(), { format: "keras2" })),
  ],
  "save the weights in Python without compression": [
    () => kit.loadWeights(dense(), fixture("small-lzf.h5")),
    () => kit.loadWeights(dense(), fixture("small-gzip.h5")),
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

export const untried: Untried = {};
