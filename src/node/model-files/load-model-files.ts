import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { io } from "@tensorflow/tfjs-core";
import { readNamedFile } from "../read-named-file.ts";
import { damaged, parseModel, SUBJECT, weightsHash } from "./model-json.ts";

const MODEL_REMEDY = "name the folder that a model was saved to, or its model.json";
const WEIGHTS_REMEDY = "copy all the files of the model into one folder, or save it again";
/** How often the model may be replaced while it is read. */
const ATTEMPTS = 20;

/** The model of a model file, or of the folder that it lies in. */
export async function loadModelFiles(path: string): Promise<io.ModelArtifacts> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  const file = isFolder ? join(path, "model.json") : path;
  let bytes = await readNamed(file, MODEL_REMEDY);
  for (let attempt = 1; ; attempt++) {
    try {
      return await loadFrom(file, bytes);
    } catch (error) {
      // A save in between has put another model in its place, and removed the weights of this one.
      const now = await readNamed(file, MODEL_REMEDY);
      if (attempt === ATTEMPTS || now.equals(bytes)) throw error;
      bytes = now;
    }
  }
}

async function loadFrom(file: string, bytes: Uint8Array): Promise<io.ModelArtifacts> {
  const { weightsManifest, weightsSha256, ...rest } = await parseModel(file, bytes);
  if (!weightsManifest) return rest;
  const parts = weightsManifest.flatMap(({ paths }) => paths);
  const weights = await Promise.all(
    parts.map((name) => readNamed(join(dirname(file), name), WEIGHTS_REMEDY)),
  );
  const weightData = io.CompositeArrayBuffer.join(weights.map(toArrayBuffer));
  const weightSpecs = io.getWeightSpecs(weightsManifest);
  const expected = weightBytes(weightSpecs);
  if (expected !== undefined && weightData.byteLength !== expected) {
    throw damaged(`${expected} bytes of weights beside ${file}`, `${weightData.byteLength}`);
  }
  if (weightsSha256 !== undefined && weightsHash(new Uint8Array(weightData)) !== weightsSha256) {
    throw damaged(`weights with SHA-256 ${weightsSha256} beside ${file}`, "another");
  }
  return { ...rest, weightSpecs, weightData };
}

function readNamed(file: string, remedy: string): Promise<Buffer> {
  return readNamedFile(file, { subject: SUBJECT, expected: `the file ${file}`, remedy });
}

/** Bytes of all weights together; `undefined` where strings make that unknowable. */
function weightBytes(specs: readonly io.WeightsManifestEntry[]): number | undefined {
  const itemBytes = { float32: 4, int32: 4, bool: 1, complex64: 8, string: NaN };
  const quantizedBytes = { uint8: 1, uint16: 2, float16: 2 };
  const total = specs.reduce((sum, { shape, dtype, quantization }) => {
    const bytes = quantization ? quantizedBytes[quantization.dtype] : itemBytes[dtype];
    return sum + shape.reduce((product, size) => product * size, bytes);
  }, 0);
  return Number.isNaN(total) ? undefined : total;
}

/** The bytes in a buffer of their own: a small file's Buffer shares a larger one. */
function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
