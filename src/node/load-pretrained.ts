import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { messageOf } from "../text/describe.ts";
import { SourceError } from "../errors.ts";
import { PRETRAINED, pretrainedModel } from "../model/index.ts";

/**
 * The trained network that comes with the package; see {@link pretrainedModel}.
 *
 * @returns a compiled model; the caller disposes it.
 * @throws {SourceError} if the package lacks the file.
 * @throws {DataError} if the file is damaged.
 */
export async function loadPretrained(): Promise<LayersModel> {
  const name = `cifar-kit/pretrained/${PRETRAINED.fileName}`;
  let bytes: Uint8Array;
  try {
    bytes = await readFile(createRequire(import.meta.url).resolve(name));
  } catch (cause) {
    throw new SourceError({
      subject: "loadPretrained",
      expected: `to read ${name}`,
      got: messageOf(cause),
      remedy:
        "install cifar-kit where the program runs, or read the file and pass it to pretrainedModel()",
      cause,
    });
  }
  return pretrainedModel(bytes);
}
