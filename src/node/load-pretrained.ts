import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { PRETRAINED, pretrainedModel } from "../model/index.ts";
import { readOptions, signal as anySignal } from "../options.ts";
import { explainFileErrors } from "./file-errors.ts";

/** Options of {@link loadPretrained}. */
export interface LoadPretrainedOptions {
  /** Ends the reading; the promise is then rejected with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * The trained network that comes with the package; see {@link pretrainedModel}.
 *
 * @returns a compiled model; the caller disposes it.
 * @throws {ArgumentError} if an option is wrong.
 * @throws {SourceError} if the package lacks the file.
 * @throws {DataError} if the file is damaged.
 */
export async function loadPretrained(options: LoadPretrainedOptions = {}): Promise<LayersModel> {
  const subject = "loadPretrained";
  const { signal } = readOptions(subject, options, { signal: anySignal() });
  signal?.throwIfAborted();
  const name = `cifar-kit/pretrained/${PRETRAINED.fileName}`;
  const bytes = await explainFileErrors(
    {
      subject,
      expected: `to read ${name}`,
      remedy:
        "install cifar-kit where the program runs, or read the file and pass it to pretrainedModel()",
    },
    () => readFile(createRequire(import.meta.url).resolve(name)),
  );
  signal?.throwIfAborted();
  return pretrainedModel(bytes);
}
