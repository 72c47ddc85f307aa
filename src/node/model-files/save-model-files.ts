import { randomUUID } from "node:crypto";
import { readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { io } from "@tensorflow/tfjs-core";
import { ArgumentError } from "../../errors.ts";
import { type Quantization, quantizeWeights } from "../../formats/quantize-weights.ts";
import { checkWeightNames } from "../../model/saved/check-weight-names.ts";
import { explainFileErrors } from "../file-errors.ts";
import { makeFolder } from "../make-folder.ts";
import { sweepLeftovers, temporaryPath, unfinished } from "../temporary-files.ts";
import { syncFolder, writeAtomic, writeNew } from "../write-atomic.ts";
import { SUBJECT, weightsHash, writeModel } from "./model-json.ts";
import { readIfThere, removeUnnamedWeights } from "./unnamed-weights.ts";

/**
 * Saves a model in place of the one that is there. Weights of another content have another name, so
 * the two models never share a file, and the rename of the model file is the one moment in which
 * the new model takes the place of the earlier one:
 *
 * 1. the model file, complete, under a temporary name: until it is renamed it tells others which
 *    weights are about to be needed;
 * 2. the weights;
 * 3. the rename;
 * 4. weights that no model file names any more, and what saves that were killed left, are removed.
 */
export async function saveModelFiles(
  path: string,
  artifacts: io.ModelArtifacts,
  quantize?: Quantization,
): Promise<io.SaveResult> {
  const { weightSpecs: specs = [], weightData, ...rest } = artifacts;
  if (rest.modelTopology instanceof ArrayBuffer) {
    throw new ArgumentError({
      subject: SUBJECT,
      expected: "a model topology as JSON",
      got: "a binary one",
      remedy: "save a layers model or a graph model in TensorFlow.js's JSON format",
    });
  }
  checkWeightNames(SUBJECT, artifacts);
  const file = extname(path) === ".json" ? path : join(path, "model.json");
  const whole = new Uint8Array(io.CompositeArrayBuffer.join(weightData));
  const { specs: weightSpecs, bytes: weights } = quantize
    ? quantizeWeights(SUBJECT, specs, whole, quantize)
    : { specs, bytes: whole };
  const weightsSha256 = weightsHash(weights);
  const text = (weightsFile: string): Promise<string> =>
    writeModel({
      ...rest,
      weightsManifest: [{ paths: [weightsFile], weights: weightSpecs }],
      weightsSha256,
    });
  await explainFileErrors(
    { subject: SUBJECT, expected: `to write the model to ${file}` },
    async () => {
      await makeFolder(dirname(file));
      await replace(file, weights, weightsSha256, text);
    },
  );
  return { modelArtifactsInfo: io.getModelArtifactsInfoForJSON(artifacts) };
}

async function replace(
  file: string,
  weights: Uint8Array,
  hash: string,
  text: (weightsFile: string) => Promise<string>,
): Promise<void> {
  // One folder may hold several models if their files have names of their own.
  const prefix = basename(file) === "model.json" ? "" : `${basename(file, ".json")}.`;
  let weightsFile = `${prefix}weights.${hash.slice(0, 16)}.bin`;
  let claim = await temporaryPath(file);
  let now = 0;
  let plainName: string | undefined;
  try {
    await writeNew(claim, await text(weightsFile));
    // Whoever is at work here may be about to remove weights of this content: it gets others.
    if (await othersAtWork(file, basename(claim))) {
      await rm(claim);
      claim = await temporaryPath(file);
      const unique = randomUUID().slice(0, 8);
      weightsFile = `${prefix}weights.${hash.slice(0, 16)}-${unique}.bin`;
      await writeNew(claim, await text(weightsFile));
    }
    await writeAtomic(join(dirname(file), weightsFile), weights);
    now = (await stat(claim)).mtimeMs;
    // TensorFlow.js's own handlers give weights a plain name, which may also be somebody's data.
    const plain = `${prefix}weights.bin`;
    if ((await readIfThere(file)).includes(JSON.stringify(plain))) plainName = plain;
    await rename(claim, file);
  } catch (error) {
    await rm(claim, { force: true }).catch(() => undefined);
    await removeUnnamedWeights(file, prefix).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(file));
  // The model is saved: what cannot be cleared away now is left to the next save.
  await sweepLeftovers(dirname(file), now);
  await removeUnnamedWeights(file, prefix, plainName).catch(() => undefined);
}

/** Whether somebody else may be saving this model file, or clearing away after it. */
async function othersAtWork(file: string, own: string): Promise<boolean> {
  const others = (await readdir(dirname(file))).filter((name) => name !== own);
  return (await unfinished(others, basename(file))).length > 0;
}
