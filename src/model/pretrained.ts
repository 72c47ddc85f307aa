import type { LayersModel } from "@tensorflow/tfjs-layers";
import { checkBytes } from "../checks.ts";
import { sha256 } from "../bytes/sha256.ts";
import { DataError } from "../errors.ts";
import { CIFAR10_CLASS_NAMES } from "../dataset/cifar10.ts";
import { buildCifarModel } from "./cifar-model.ts";
import { PRETRAINED } from "./pretrained.generated.ts";
import { loadWeights } from "./weights/load-weights.ts";

/**
 * The notebook's network with the weights of a recorded run, ready to classify CIFAR-10 and to be
 * trained on. {@link PRETRAINED} says what it reaches. `loadPretrained` of `cifar-kit/node` and of
 * `cifar-kit/browser` fetch the bytes by themselves.
 *
 * @param bytes of the package's file `pretrained/cifar10.safetensors`; not modified.
 * @returns a compiled model whose layers are named as {@link buildCifarModel} names them, and which
 *   knows the names of CIFAR-10's classes; the caller disposes it.
 * @throws {DataError} if the bytes are not those of the file.
 */
export async function pretrainedModel(bytes: Uint8Array): Promise<LayersModel> {
  const remedy = "read the file, or call loadPretrained of cifar-kit/node or cifar-kit/browser";
  checkBytes("pretrainedModel", bytes, remedy);
  const hash = await sha256(bytes);
  if (hash !== PRETRAINED.sha256) {
    throw new DataError({
      subject: "pretrainedModel",
      expected: `${PRETRAINED.bytes} bytes with SHA-256 ${PRETRAINED.sha256}`,
      got: `${bytes.length} bytes with SHA-256 ${hash}`,
      remedy: "take pretrained/cifar10.safetensors out of the same release of the package",
    });
  }
  const model = buildCifarModel({ classNames: CIFAR10_CLASS_NAMES });
  await loadWeights(model, bytes);
  return model;
}
