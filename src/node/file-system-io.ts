import type { io } from "@tensorflow/tfjs-core";
import { checkPath } from "./path.ts";
import { loadModelFiles } from "./model-files/load-model-files.ts";
import { SUBJECT } from "./model-files/model-json.ts";
import { saveModelFiles } from "./model-files/save-model-files.ts";

/**
 * Saves models to, and loads them from, the file system, without tfjs-node:
 * `model.save(fileSystemIO("runs/model"))`, `loadModel(fileSystemIO("runs/model"))`.
 *
 * The files are `model.json` and `weights.<hash>.bin`, which TensorFlow.js itself reads (`a.json`
 * and `a.weights.<hash>.bin` if the path ends in `a.json`); models from the tensorflowjs converter, in
 * several weight files, load too. Whatever interrupts saves, and however many processes save to one
 * folder, `load` gives an earlier model or a new one, whole; the next save removes what is left over.
 * The size of the weights is checked on loading and, in files that this wrote, the SHA-256 of the
 * weights and of the model file.
 *
 * @param path a folder (created if missing), or the path of a `.json` file in it.
 * @throws {ArgumentError} if it is no path; from `save`, for a model with two weights of one name.
 * @throws {SourceError} from `load` and `save`, if a file cannot be read or written.
 * @throws {DataError} from `load`, if the files are damaged or do not belong together.
 */
export function fileSystemIO(path: string): Required<Pick<io.IOHandler, "save" | "load">> {
  checkPath(SUBJECT, path, "the path of a folder or of a model.json", 'pass e.g. "runs/model"');
  return {
    save: (artifacts) => saveModelFiles(path, artifacts),
    load: () => loadModelFiles(path),
  };
}
