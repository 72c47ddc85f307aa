import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { io } from "@tensorflow/tfjs-core";
import { DataError } from "../../errors.ts";
import { modelHash } from "../../model/saved/model-hash.ts";
import { foreignModelFile } from "../../formats/foreign-file.ts";

export const SUBJECT = "fileSystemIO";
const FOREIGN_REMEDY =
  "name a model.json, as model.save() and tensorflowjs_converter write it, " +
  "or build the network and pass the file's bytes to loadWeights()";

/** What model.json holds: the format of TensorFlow.js's `file://` and `http://` handlers. */
type ModelFile = Omit<io.ModelArtifacts, "weightSpecs" | "weightData"> & {
  readonly weightsManifest?: io.WeightsManifestConfig;
  /** SHA-256 of the joined weights; TensorFlow.js ignores it, and files of others lack it. */
  readonly weightsSha256?: string;
};

/** SHA-256 of all that stands beside it in the file; likewise. */
interface Hashed {
  readonly modelSha256?: unknown;
}

/** The text of a model file, with its own hash. */
export async function writeModel(model: ModelFile): Promise<string> {
  return JSON.stringify({ ...model, modelSha256: await modelHash(model) });
}

/**
 * What a model file says.
 * @throws {DataError} if it is none, or not what was written.
 */
export async function parseModel(file: string, bytes: Uint8Array): Promise<ModelFile> {
  let model: (ModelFile & Hashed) | null;
  try {
    model = JSON.parse(new TextDecoder().decode(bytes)) as (ModelFile & Hashed) | null;
  } catch (cause) {
    const foreign = foreignModelFile(bytes, FOREIGN_REMEDY);
    if (!foreign) throw damaged(`JSON in ${file}`, (cause as Error).message);
    const { kind: got, remedy } = foreign;
    throw new DataError({ subject: SUBJECT, expected: `JSON in ${file}`, got, remedy });
  }
  if (typeof model !== "object" || model === null || Array.isArray(model)) {
    throw damaged(`a model in ${file}`, "something else");
  }
  const { modelSha256, ...rest } = model;
  if (modelSha256 !== undefined && modelSha256 !== (await modelHash(rest))) {
    throw damaged(
      `${file} as it was written, with SHA-256 ${JSON.stringify(modelSha256)}`,
      "another",
      ", or, if you changed it on purpose, delete modelSha256 from it",
    );
  }
  if (!rest.modelTopology && !rest.weightsManifest) {
    throw damaged(`modelTopology or weightsManifest in ${file}`, "neither");
  }
  const groups: unknown = rest.weightsManifest ?? [];
  if (!Array.isArray(groups) || !groups.every(isWeightsGroup)) {
    throw damaged(`lists of weight files and weights in ${file}`, "something else");
  }
  const weightsManifest = rest.weightsManifest?.map(({ paths, weights }) => ({
    paths: paths.map((path) => plainName(file, path)),
    weights,
  }));
  return { ...rest, weightsManifest };
}

/** Whether a group of weights has what reading it relies on. */
function isWeightsGroup(group: { paths?: unknown; weights?: unknown } | null): boolean {
  const { paths, weights } = group ?? {};
  const isSpec = (spec: { name?: unknown; shape?: unknown } | null): boolean =>
    typeof spec?.name === "string" && Array.isArray(spec.shape) && spec.shape.every(isSize);
  return Array.isArray(paths) && Array.isArray(weights) && weights.every(isSpec);
}

const isSize = (size: unknown): boolean => Number.isSafeInteger(size) && (size as number) >= 0;

/**
 * The name of a weight file, which lies beside its model file: a name from a file must not lead
 * anywhere else. TensorFlow.js's downloads in a browser are called `./name`.
 */
function plainName(file: string, path: unknown): string {
  const name = typeof path === "string" ? path.replace(/^\.\//, "") : "";
  if (name === "" || name === "." || name === ".." || name !== basename(name)) {
    throw damaged(`plain names of weight files in ${file}`, JSON.stringify(path));
  }
  return name;
}

export function weightsHash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export function damaged(expected: string, got: string, otherwise = ""): DataError {
  const remedy = `the files are damaged or do not belong together: save the model again${otherwise}`;
  return new DataError({ subject: SUBJECT, expected, got, remedy });
}
