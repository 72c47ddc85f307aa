import { io } from "@tensorflow/tfjs-core";
import { check } from "../checks.ts";
import { checkWeightNames } from "../model/saved/check-weight-names.ts";
import { checkName } from "./storage/check-name.ts";

/**
 * Saves a model as two downloads of the page: `model.save(downloadIO("mine"))` gives `mine.json` and
 * `mine.weights.bin`. `loadModel(fileSystemIO("mine.json"))` of `cifar-kit/node`, a server's address of
 * `mine.json`, and `loadModel(tf.io.browserFiles([json, weights]))` load them.
 *
 * TensorFlow.js's URL `downloads://mine` does the same where its handler is there: a bundler leaves
 * it out of a page that nowhere names its neighbour `browserFiles`.
 * @param name of 1 to 100 letters, digits, `-`, `_` and `.`, no dot first.
 * @throws {ArgumentError} if it is no such name, or where there is no page; from `save`, for a model
 *   with two weights of one name.
 */
export function downloadIO(name: string): Required<Pick<io.IOHandler, "save">> {
  const subject = "downloadIO";
  checkName(subject, name, "my-model");
  // Asking for browserFiles keeps the handler in a bundle.
  const canDownload = typeof document === "object" && typeof io.browserFiles === "function";
  const handler = canDownload ? io.getSaveHandlers(`downloads://${name}`)[0] : undefined;
  check(
    handler?.save !== undefined,
    subject,
    "a page, which can download",
    "none",
    "save with opfsIO(name) in a Worker, with fileSystemIO(path) of cifar-kit/node in Node",
  );
  const save = handler.save.bind(handler);
  return {
    async save(artifacts) {
      checkWeightNames(subject, artifacts);
      return save(artifacts);
    },
  };
}
