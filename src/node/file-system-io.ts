import type { io } from "@tensorflow/tfjs-core";
import { oneOf, readOptions } from "../options.ts";
import { checkPath } from "./path.ts";
import { loadModelFiles } from "./model-files/load-model-files.ts";
import { SUBJECT } from "./model-files/model-json.ts";
import { saveModelFiles } from "./model-files/save-model-files.ts";

/** Options of {@link fileSystemIO}. */
export interface FileSystemOptions {
  /**
   * In how few bytes the kernels are saved, which are nearly all of a model: `"float16"` halves them, with a
   * relative error of up to 0.0005 in each number; `"uint8"` quarters them, with an error of up to 1/510 of the
   * distance between a kernel's least and largest number. Biases, statistics and the optimizer's state stay as they are. TensorFlow.js's
   * own loaders read either. Default: neither, every bit is kept.
   */
  readonly quantize?: "float16" | "uint8";
}

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
 * @throws {ArgumentError} if it is no path; or an option is wrong; from `save`, for a model with two weights of one name, or with
 *   numbers that cannot be quantized.
 * @throws {SourceError} from `load` and `save`, if a file cannot be read or written.
 * @throws {DataError} from `load`, if the files are damaged or do not belong together.
 */
export function fileSystemIO(
  path: string,
  options: FileSystemOptions = {},
): Required<Pick<io.IOHandler, "save" | "load">> {
  checkPath(SUBJECT, path, "the path of a folder or of a model.json", 'pass e.g. "runs/model"');
  const { quantize } = readOptions(SUBJECT, options, {
    quantize: oneOf(["float16", "uint8"], { optional: true }),
  });
  return {
    save: (artifacts) => saveModelFiles(path, artifacts, quantize),
    load: () => loadModelFiles(path),
  };
}
