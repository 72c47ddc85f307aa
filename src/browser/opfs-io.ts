import { io } from "@tensorflow/tfjs-core";
import { joinBytes } from "../bytes/bytes.ts";
import { sha256 } from "../bytes/sha256.ts";
import { DataError, SourceError } from "../errors.ts";
import { checkWeightNames } from "../model/saved/check-weight-names.ts";
import { modelHash } from "../model/saved/model-hash.ts";
import { checkName } from "./storage/check-name.ts";
import { explainStorageErrors, openFiles } from "./storage/open-files.ts";
import type { StoredFiles } from "./storage/stored-files.ts";

/** A model's place in the browser; made by {@link opfsIO}. */
export interface OpfsModel extends Required<Pick<io.IOHandler, "save" | "load">> {
  /** Whether there is a model. */
  exists(): Promise<boolean>;
  /** Deletes the model, if there is one. */
  remove(): Promise<void>;
}

/** What stands before the weights in a file. */
interface Header {
  readonly model: Omit<io.ModelArtifacts, "weightData">;
  /** Of the model. */
  readonly modelSha256: string;
  /** Of the weights. */
  readonly weightsSha256: string;
}

const SUBJECT = "opfsIO";
/** Bytes of the number before the header: its length. */
const LENGTH_BYTES = 4;

/**
 * Saves a model in the browser, and loads it: `model.save(opfsIO("mine"), { includeOptimizer: true })`,
 * `loadModel(opfsIO("mine"))`. It lies in the origin private file system or, where there is none, in
 * IndexedDB. A model is replaced as a whole or not at all, by however many tabs, and is checked on loading.
 *
 * TensorFlow.js's own `indexeddb://` works, too, but says less when something goes wrong.
 * {@link downloadIO} saves as files.
 * @param name of 1 to 100 letters, digits, `-`, `_` and `.`, no dot first.
 * @throws {ArgumentError} if it is no such name; from `save`, for a model with two weights of one name.
 * @throws {SourceError} from `save` and `load`, if the storage is full or there is no such model.
 * @throws {DataError} from `load`, if the model is damaged.
 */
export function opfsIO(name: string): OpfsModel {
  checkName(SUBJECT, name, "my-model");
  const inFiles = async <T>(action: (files: StoredFiles) => Promise<T>): Promise<T> => {
    const files = await openFiles(SUBJECT, ["models"]);
    try {
      return await explainStorageErrors(SUBJECT, `${files.location}/${name}`, () => action(files));
    } finally {
      files.close();
    }
  };
  return {
    async save(artifacts) {
      const bytes = await pack(artifacts);
      await inFiles((files) => files.write(name, bytes));
      return { modelArtifactsInfo: io.getModelArtifactsInfoForJSON(artifacts) };
    },
    async load() {
      const bytes = await inFiles((files) => files.read(name));
      if (bytes) return unpack(name, bytes);
      throw new SourceError({
        subject: SUBJECT,
        expected: `a model "${name}" in this browser`,
        got: "none",
        remedy: "save one first, on a page of this site",
      });
    },
    exists: () => inFiles(async (files) => (await files.list()).includes(name)),
    remove: () => inFiles((files) => files.remove(name)),
  };
}

/** A model as one block of bytes: the header's length, the header, the weights. */
async function pack({ weightData, ...model }: io.ModelArtifacts): Promise<Uint8Array> {
  checkWeightNames(SUBJECT, model);
  const weights = new Uint8Array(io.CompositeArrayBuffer.join(weightData));
  const header: Header = {
    model,
    modelSha256: await modelHash(model),
    weightsSha256: await sha256(weights),
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, text.length, true);
  return joinBytes([length, text, weights]);
}

async function unpack(name: string, bytes: Uint8Array): Promise<io.ModelArtifacts> {
  const damaged = (cause?: unknown): DataError =>
    new DataError({
      subject: SUBJECT,
      expected: `an intact model "${name}"`,
      got: "a damaged one",
      remedy: "save it again",
      cause,
    });
  if (bytes.length < LENGTH_BYTES) throw damaged();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = LENGTH_BYTES + view.getUint32(0, true);
  let header: Partial<Header> | null;
  try {
    const text = new TextDecoder().decode(bytes.subarray(LENGTH_BYTES, end));
    header = JSON.parse(text) as Partial<Header> | null;
  } catch (cause) {
    throw damaged(cause);
  }
  const weights = bytes.slice(end);
  const { model, modelSha256, weightsSha256 } = header ?? {};
  if (!model || (await modelHash(model)) !== modelSha256) throw damaged();
  if ((await sha256(weights)) !== weightsSha256) throw damaged();
  return { ...model, weightData: weights.buffer };
}
