import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { PRETRAINED, pretrainedModel } from "../model/index.ts";
import { explainFileErrors } from "./file-errors.ts";

/**
 * The trained network that comes with the package; see {@link pretrainedModel}.
 *
 * @returns a compiled model; the caller disposes it.
 * @throws {SourceError} if the package lacks the file.
 * @throws {DataError} if the file is damaged.
 */
export async function loadPretrained(): Promise<LayersModel> {
  const name = `cifar-kit/pretrained/${PRETRAINED.fileName}`;
  const bytes = await explainFileErrors(
    {
      subject: "loadPretrained",
      expected: `to read ${name}`,
      remedy:
        "install cifar-kit where the program runs, or read the file and pass it to pretrainedModel()",
    },
    () => readFile(createRequire(import.meta.url).resolve(name)),
  );
  return pretrainedModel(bytes);
}
