import type { io } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { DataError, SourceError, withOwnErrors } from "../../errors.ts";
import { messageOf } from "../../text/describe.ts";
import { buildBlank, buildModel } from "./build-model.ts";
import { checkTopology } from "./check-topology.ts";
import { KERAS_REMEDY, type Json } from "./json.ts";
import { restoreLostSettings } from "./lossy-layers.ts";

const SUBJECT = "loadModel";

/**
 * What a handler loads, with a topology that TensorFlow.js can build, or none at all.
 * @throws {SourceError} if the handler fails; errors of this library are passed on.
 * @throws {DataError} if it is no layers model, or one of which TensorFlow.js would never come back.
 */
export async function readArtifacts(source: io.IOHandler): Promise<io.ModelArtifacts> {
  const artifacts = await withOwnErrors(
    async () => await source.load!(),
    (cause) =>
      new SourceError({
        subject: SUBJECT,
        expected: "to read the model",
        got: messageOf(cause),
        remedy: "check that it is there and may be read",
        cause,
      }),
  );
  const { format, modelTopology, weightSpecs = [] } = artifacts ?? {};
  if (format === "graph-model") throw unbuildable("a layers model", "a graph model");
  if (typeof modelTopology !== "object" || modelTopology === null) {
    throw unbuildable("a model with a topology", "one without");
  }
  const topology = modelTopology as Json;
  return withOwnErrors(() => prepared(artifacts, topology, weightSpecs), notBuilt(topology));
}

/**
 * The model that TensorFlow.js makes of them, compiled if it was saved compiled. If it cannot, nothing
 * of it is left.
 * @throws {DataError} if it cannot; its own error is the `cause`.
 */
export function buildFrom(artifacts: io.ModelArtifacts): Promise<LayersModel> {
  return withOwnErrors(() => buildModel(artifacts), notBuilt(artifacts.modelTopology as Json));
}

/**
 * The same, but all weights are zero until somebody sets them, and nothing is compiled.
 * @throws {DataError} if TensorFlow.js cannot build it.
 */
export function buildBlankFrom(artifacts: io.ModelArtifacts): Promise<LayersModel> {
  // As if weights were to follow: then TensorFlow.js draws none.
  const promised = { ...artifacts, weightSpecs: [], weightData: new ArrayBuffer(0) };
  return withOwnErrors(() => buildBlank(promised), notBuilt(artifacts.modelTopology as Json));
}

async function prepared(
  artifacts: io.ModelArtifacts,
  given: Json,
  weightSpecs: io.WeightsManifestEntry[],
): Promise<io.ModelArtifacts> {
  let topology = (given?.model_config ?? given) as Json;
  let specs = weightSpecs;
  if (isKeras3(topology)) {
    const { fromKeras3, weightsOfKeras3 } = await import("./keras3-topology.ts");
    specs = weightsOfKeras3(topology, weightSpecs);
    topology = fromKeras3(topology);
  }
  topology = restoreLostSettings(topology, specs);
  checkTopology(topology);
  const weights = artifacts.weightSpecs && { weightSpecs: specs };
  return { ...artifacts, ...weights, modelTopology: topology as object };
}

/** Whether a topology was written by Keras 3. */
function isKeras3(topology: Json): boolean {
  return /"(?:batch_shape|registered_name)":|"__keras_tensor__"/.test(JSON.stringify(topology));
}

/** The error for what TensorFlow.js says of a topology, or of one that was converted from it. */
function notBuilt(topology: Json): (cause: unknown) => DataError {
  return (cause) => {
    // Of the whole message only the end may tell what is missing.
    const got = cause instanceof Error ? cause.message : String(cause);
    const remedy = isKeras3(topology)
      ? KERAS_REMEDY
      : got.includes("registerClass")
        ? "register what is your own with tf.serialization.registerClass() before loading"
        : "the file is damaged or was edited: save or convert the model again";
    // Of unknown layers TensorFlow.js goes on for several lines.
    const said = got.split("\n")[0].replace(/\.( This may be due to.*)?$/, "");
    return unbuildable("a model that TensorFlow.js can build", said, remedy, cause);
  };
}

function unbuildable(
  expected: string,
  got: string,
  remedy = "save a layers model with model.save()",
  cause?: unknown,
): DataError {
  return new DataError({ subject: SUBJECT, expected, got, remedy, cause });
}
