import type { LayersModel } from "@tensorflow/tfjs-layers";
import { checkOptions } from "../checks.ts";
import { PRETRAINED, pretrainedModel } from "../model/index.ts";
import { fetchFile } from "./fetch-file.ts";

/** Options of {@link loadPretrained}. */
export interface LoadPretrainedOptions {
  /** Ends the download; the promise is then rejected with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * The trained network that comes with the package; see {@link pretrainedModel}.
 *
 * @param url where the page finds the package's file `cifar-kit/pretrained/cifar10.safetensors`; with
 *   Vite what `import url from "cifar-kit/pretrained/cifar10.safetensors?url"` gives.
 * @returns a compiled model; the caller disposes it.
 * @throws {SourceError} if the file cannot be downloaded.
 * @throws {DataError} if it is another file.
 */
export async function loadPretrained(
  url: string | URL,
  options: LoadPretrainedOptions = {},
): Promise<LayersModel> {
  const subject = "loadPretrained";
  checkOptions(subject, options, ["signal"]);
  const bytes = await fetchFile(String(url), {
    ...{ subject, maxBytes: PRETRAINED.bytes, onBytes: () => undefined, anew: false },
    signal: options.signal,
  });
  return pretrainedModel(bytes);
}
