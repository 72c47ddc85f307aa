import type { LayersModel } from "@tensorflow/tfjs-layers";
import { readOptions, signal as anySignal } from "../options.ts";
import { pretrainedModel } from "../recipes/pretrained.ts";
import { absoluteUrl } from "./absolute-url.ts";

/** No trained network of the package is larger. */
const MAX_BYTES = 5e6;

/** Options of {@link loadPretrained}. */
export interface LoadPretrainedOptions {
  /** Ends the download; the promise is then rejected with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * A trained network that comes with the package; see {@link pretrainedModel}.
 *
 * @param url where the page finds the package's file `cifar-kit/pretrained/cifar10.safetensors`, or
 *   `cifar10-fast.safetensors` beside it; with Vite what
 *   `import url from "cifar-kit/pretrained/cifar10-fast.safetensors?url"` gives.
 * @returns a compiled model; the caller disposes it.
 * @throws {ArgumentError} if an argument is wrong.
 * @throws {SourceError} if the file cannot be downloaded.
 * @throws {DataError} if it is another file.
 */
export async function loadPretrained(
  url: string | URL,
  options: LoadPretrainedOptions = {},
): Promise<LayersModel> {
  const subject = "loadPretrained";
  const { signal } = readOptions(subject, options, { signal: anySignal() });
  const { href } = absoluteUrl(subject, "url", url, "https://example.org/cifar10.safetensors");
  // Loaded with the first network.
  const { fetchFile } = await import("./fetch-file.ts");
  const bytes = await fetchFile(href, {
    subject,
    maxBytes: MAX_BYTES,
    onBytes: () => undefined,
    signal,
    anew: false,
  });
  return pretrainedModel(bytes);
}
