import type { LayersModel } from "@tensorflow/tfjs-layers";
import { attempt, isListOf, isObject, isText } from "../../checks.ts";
import { DataError } from "../../errors.ts";
import { foreignModelFile } from "../../formats/foreign-file.ts";
import { readZip } from "../../formats/zip.ts";
import { setClassNames } from "../../model/class-names.ts";
import { withKerasLayers } from "../../model/keras-layers.ts";
import { buildBlankFrom, readArtifacts } from "../../model/saved/artifacts.ts";
import { KERAS_REMEDY, type Json, mapJson } from "../../model/saved/json.ts";
import { weightedLayers } from "../../model/weights/layer-weights.ts";
import { assignWeights } from "../../model/weights/load-weights.ts";
import { fromKerasFile } from "../../model/weights/read-weights.ts";
import { lackingHere } from "./lacking-here.ts";
import { storedLayers } from "./stored-layers.ts";

const SUBJECT = "loadKeras";
const CONFIG = "config.json";
const METADATA = "metadata.json";
const WEIGHTS = "model.weights.h5";
const REMEDY =
  'in Python write one with model.save("model.keras"); weights alone go to loadWeights()';

/** The model of a `.keras` file. */
export async function readKeras(bytes: Uint8Array): Promise<LayersModel> {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) throw noKerasFile(foreignKind(bytes));
  const files = readZip(SUBJECT, bytes, [CONFIG, METADATA, WEIGHTS]);
  const { [CONFIG]: config, [WEIGHTS]: weights } = files;
  if (!config || !weights) throw noKerasFile(`a zip without ${config ? WEIGHTS : CONFIG}`);
  const topology = parse(CONFIG, config);
  const lacking = lackingHere(topology);
  if (lacking.length > 0) {
    throw new DataError({
      subject: SUBJECT,
      expected: "layers of Keras 3 that TensorFlow.js has, too",
      got: lacking.join(", "),
      remedy: KERAS_REMEDY,
    });
  }
  const artifacts = await readArtifacts({
    load: () => Promise.resolve({ modelTopology: withoutOrthogonal(topology) as object }),
  });
  const model = withKerasLayers(await buildBlankFrom(artifacts));
  try {
    const { class_names: classNames } = files[METADATA] ? parse(METADATA, files[METADATA]) : {};
    if (isListOf(classNames, isText)) setClassNames(model, classNames);
    const { layers, copies } = storedLayers(topology, weightedLayers(SUBJECT, model));
    assignWeights((await fromKerasFile(layers, weights)).values);
    for (const [copy, first] of copies) copy.layer.setWeights(first.layer.getWeights());
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/**
 * The topology with zeros for orthogonal weights, Keras's default for recurrent layers, at the beginning: the
 * file has others, and to draw some takes long and more than tfjs-core alone.
 */
function withoutOrthogonal(topology: Json): unknown {
  return mapJson(topology, (_, value) =>
    /^Orthogonal/.test(String((value as Json)?.class_name))
      ? { class_name: "Zeros", config: {} }
      : value,
  );
}

function parse(name: string, bytes: Uint8Array): NonNullable<Json> {
  const value = attempt(() => JSON.parse(new TextDecoder().decode(bytes)) as unknown);
  if (isObject(value)) return value as NonNullable<Json>;
  throw noKerasFile(`a zip whose ${name} is no object in JSON`);
}

function foreignKind(bytes: Uint8Array): string {
  const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0"));
  return (
    foreignModelFile(bytes, REMEDY)?.kind ?? `a file that begins with the bytes ${start.join("")}`
  );
}

function noKerasFile(got: string): DataError {
  return new DataError({
    subject: SUBJECT,
    expected: `a .keras file: a zip with ${CONFIG} and ${WEIGHTS}`,
    got,
    remedy: REMEDY,
  });
}
