import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { oneOf, readOptions, signal as anySignal } from "../options.ts";
import { PRETRAINED } from "../recipes/pretrained.generated.ts";
import { pretrainedModel, type PretrainedNetwork } from "../recipes/pretrained.ts";
import { explainFileErrors } from "./file-errors.ts";

/** Options of {@link loadPretrained}. */
export interface LoadPretrainedOptions {
  /**
   * Which one: `"notebook"`, that of `buildCifarModel`, or `"fast"`, that of `buildFastModel`, which is
   * right more often; default `"notebook"`.
   */
  readonly network?: PretrainedNetwork;
  /** Ends the reading; the promise is then rejected with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * A trained network that comes with the package; see {@link pretrainedModel}.
 *
 * @returns a compiled model; the caller disposes it.
 * @throws {ArgumentError} if an option is wrong.
 * @throws {SourceError} if the package lacks the file.
 * @throws {DataError} if the file is damaged.
 */
export async function loadPretrained(options: LoadPretrainedOptions = {}): Promise<LayersModel> {
  const subject = "loadPretrained";
  const { signal, network } = readOptions(subject, options, {
    network: oneOf(Object.keys(PRETRAINED) as PretrainedNetwork[], { default: "notebook" }),
    signal: anySignal(),
  });
  signal?.throwIfAborted();
  const name = `cifar-kit/pretrained/${PRETRAINED[network].fileName}`;
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
