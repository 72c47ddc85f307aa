import { createHash } from "node:crypto";
import { copyFile, link, readFile, rm, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { io } from "@tensorflow/tfjs-core";
import { check, describe } from "../checks.ts";
import { ArgumentError, DataError, SourceError } from "../errors.ts";
import { makeFolder } from "./make-folder.ts";
import { errorCode, writeAtomic } from "./write-atomic.ts";

const MODEL_FILE = "model.json";

/** What model.json holds: the format of TensorFlow.js's `file://` and `http://` handlers. */
type ModelFile = Omit<io.ModelArtifacts, "weightSpecs" | "weightData"> & {
  readonly weightsManifest?: io.WeightsManifestConfig;
  /** SHA-256 of the joined weights; TensorFlow.js ignores it, and files of others lack it. */
  readonly weightsSha256?: string;
};

/**
 * Saves models to, and loads them from, the file system, without tfjs-node:
 * `model.save(fileSystemIO("runs/model"))`, `tf.loadLayersModel(fileSystemIO("runs/model"))`.
 *
 * The files are `model.json` and `weights.bin`, as TensorFlow.js itself writes and reads them (`a.json`
 * and `a.weights.bin` if the path ends in `a.json`); models from the tensorflowjs converter, in
 * several weight files, load too. Each file is replaced whole, and whatever interrupts a save,
 * `load` gives the earlier model or the new one. Size and, where model.json records it, SHA-256 of
 * the weights are checked on loading.
 *
 * @param path a folder (created if missing), or the path of a `.json` file in it.
 * @throws {SourceError} from `load` and `save`, if a file cannot be read or written.
 * @throws {DataError} from `load`, if the files are damaged or do not belong together.
 */
export function fileSystemIO(path: string): Required<Pick<io.IOHandler, "save" | "load">> {
  check(
    typeof path === "string" && path !== "",
    "fileSystemIO",
    "the path of a folder or of a model.json",
    describe(path),
    'pass e.g. "runs/model"',
  );
  return {
    save: (artifacts) => save(path, artifacts),
    load: () => load(path),
  };
}

async function save(path: string, artifacts: io.ModelArtifacts): Promise<io.SaveResult> {
  const { weightSpecs = [], weightData, ...rest } = artifacts;
  if (rest.modelTopology instanceof ArrayBuffer) {
    throw new ArgumentError({
      subject: "fileSystemIO",
      expected: "a model topology as JSON",
      got: "a binary one",
      remedy: "save a layers model or a graph model in TensorFlow.js's JSON format",
    });
  }
  const file = extname(path) === ".json" ? path : join(path, MODEL_FILE);
  // One folder may hold several models if their files have names of their own.
  const prefix = basename(file) === MODEL_FILE ? "" : `${basename(file, ".json")}.`;
  const weightsFile = `${prefix}weights.bin`;
  const weights = new Uint8Array(io.CompositeArrayBuffer.join(weightData));
  const model: ModelFile = {
    ...rest,
    weightsManifest: [{ paths: [weightsFile], weights: weightSpecs }],
    weightsSha256: sha256(weights),
  };
  try {
    await makeFolder(dirname(file));
    const weightsPath = join(dirname(file), weightsFile);
    // Between the two files the earlier model file stands beside new weights: its own stay at hand.
    await keepEarlier(weightsPath);
    await writeAtomic(weightsPath, weights);
    await writeAtomic(file, JSON.stringify(model));
    await rm(earlier(weightsPath), { force: true });
  } catch (cause) {
    throw new SourceError({
      subject: "fileSystemIO",
      expected: `to write the model to ${file}`,
      got: (cause as Error).message,
      remedy: "choose a folder that can be written",
      cause,
    });
  }
  return { modelArtifactsInfo: io.getModelArtifactsInfoForJSON(artifacts) };
}

/** Where the weights of the earlier model are while a save replaces them. */
const earlier = (weightsPath: string): string => `${weightsPath}.earlier`;

/** Gives the present weights, if there are any, a second name until the save is over. */
async function keepEarlier(weightsPath: string): Promise<void> {
  const kept = earlier(weightsPath);
  try {
    await link(weightsPath, kept);
  } catch (error) {
    // There already: what an interrupted save kept still belongs to the model file.
    if (["ENOENT", "EEXIST"].includes(errorCode(error))) return;
    // A file system without links.
    await copyFile(weightsPath, kept);
  }
}

async function load(path: string): Promise<io.ModelArtifacts> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
  const file = isFolder ? join(path, MODEL_FILE) : path;
  const { weightsManifest, weightsSha256, ...rest } = parseModel(file, await read(file));
  if (!weightsManifest) return rest;

  const parts = weightsManifest.flatMap(({ paths }) => paths).map((name) => weightPath(file, name));
  const { weightData, isRight } = await readWeights(parts, weightsSha256);
  const weightSpecs = io.getWeightSpecs(weightsManifest);
  const expected = weightBytes(weightSpecs);
  if (expected !== undefined && weightData.byteLength !== expected) {
    const got = `${weightData.byteLength}`;
    throw damaged(`${expected} bytes of weights beside ${file}`, got);
  }
  if (!isRight) {
    throw damaged(`weights with SHA-256 ${weightsSha256} beside ${file}`, "another");
  }
  return { ...rest, weightSpecs, weightData };
}

/**
 * The joined weights, or those of the earlier model where a save was interrupted; and whether they
 * are the ones that the model file speaks of.
 */
async function readWeights(
  parts: readonly string[],
  hash?: string,
): Promise<{ weightData: ArrayBuffer; isRight: boolean }> {
  const weightData = io.CompositeArrayBuffer.join(
    (await Promise.all(parts.map(read))).map(toArrayBuffer),
  );
  const isRight = hash === undefined || sha256(new Uint8Array(weightData)) === hash;
  if (isRight || parts.length !== 1) return { weightData, isRight };
  const kept = await readFile(earlier(parts[0])).catch(() => undefined);
  return kept && sha256(kept) === hash
    ? { weightData: toArrayBuffer(kept), isRight: true }
    : { weightData, isRight };
}

async function read(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new SourceError({
      subject: "fileSystemIO",
      expected: `the file ${file}`,
      got: (cause as Error).message,
      remedy: "name the folder that a model was saved to, or its model.json",
      cause,
    });
  }
}

function parseModel(file: string, bytes: Uint8Array): ModelFile {
  let model: ModelFile | null;
  try {
    model = JSON.parse(new TextDecoder().decode(bytes)) as ModelFile | null;
  } catch (cause) {
    throw damaged(`JSON in ${file}`, (cause as Error).message);
  }
  if (!model?.modelTopology && !model?.weightsManifest) {
    throw damaged(`modelTopology or weightsManifest in ${file}`, "neither");
  }
  const groups: unknown = model.weightsManifest ?? [];
  if (!Array.isArray(groups) || !groups.every(isWeightsGroup)) {
    throw damaged(`lists of weight files and weights in ${file}`, "something else");
  }
  return model;
}

/** Whether a group of weights has what reading it relies on. */
function isWeightsGroup(group: { paths?: unknown; weights?: unknown } | null): boolean {
  const { paths, weights } = group ?? {};
  const hasShape = (spec: { shape?: unknown } | null): boolean => Array.isArray(spec?.shape);
  return Array.isArray(paths) && Array.isArray(weights) && weights.every(hasShape);
}

/** A weight file lies beside its model file: a name from a file must not lead anywhere else. */
function weightPath(file: string, path: unknown): string {
  // TensorFlow.js's downloads in a browser are called "./name".
  const name = typeof path === "string" ? path.replace(/^\.\//, "") : "";
  if (name === "" || name === "." || name === ".." || name !== basename(name)) {
    throw damaged(`plain names of weight files in ${file}`, JSON.stringify(path));
  }
  return join(dirname(file), name);
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

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function damaged(expected: string, got: string): DataError {
  const remedy = "the files are damaged or do not belong together: save the model again";
  return new DataError({ subject: "fileSystemIO", expected, got, remedy });
}
