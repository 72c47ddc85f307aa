import type { LayersModel } from "@tensorflow/tfjs-layers";
import { checkBytes } from "../checks.ts";
import { sha256 } from "../bytes/sha256.ts";
import { DataError } from "../errors.ts";
import { CIFAR10_CLASS_NAMES } from "../dataset/cifar10.ts";
import { buildCifarModel } from "../model/cifar-model.ts";
import { loadWeights } from "../model/weights/load-weights.ts";
import { PRETRAINED } from "./pretrained.generated.ts";

/** Networks that the package carries trained: {@link PRETRAINED} says what each of them reaches. */
export type PretrainedNetwork = keyof typeof PRETRAINED;

/**
 * A network that the package carries trained on CIFAR-10, ready to classify and to be trained on: the
 * notebook's with the weights of a recorded run, or that of {@link buildFastModel}; which one is seen from the
 * bytes. {@link PRETRAINED} says what each reaches. `loadPretrained` of `cifar-kit/node` and of
 * `cifar-kit/browser` fetch the bytes by themselves.
 *
 * @param bytes of one of the package's files, `pretrained/cifar10.safetensors` or
 *   `pretrained/cifar10-fast.safetensors`; not modified.
 * @returns a model compiled with Adam, whose layers are named as {@link buildCifarModel} or
 *   {@link buildFastModel} names them, and which knows the names of CIFAR-10's classes; the caller disposes it.
 * @throws {DataError} if the bytes are those of no such file.
 */
export async function pretrainedModel(bytes: Uint8Array): Promise<LayersModel> {
  const remedy = "read the file, or call loadPretrained of cifar-kit/node or cifar-kit/browser";
  checkBytes("pretrainedModel", bytes, remedy);
  const hash = await sha256(bytes);
  const files = Object.values(PRETRAINED);
  if (!files.some((file) => file.sha256 === hash)) {
    throw new DataError({
      subject: "pretrainedModel",
      expected: files
        .map((file) => `${file.bytes} bytes with SHA-256 ${file.sha256}`)
        .join(", or "),
      got: `${bytes.length} bytes with SHA-256 ${hash}`,
      remedy:
        "take pretrained/cifar10.safetensors or pretrained/cifar10-fast.safetensors out of the same release of the package",
    });
  }
  const model =
    hash === PRETRAINED.fast.sha256
      ? // Loaded where it is wanted: a page may have no use for it.
        (await import("./pretrained-fast.ts")).pretrainedFast()
      : buildCifarModel({ classNames: CIFAR10_CLASS_NAMES });
  await loadWeights(model, bytes);
  return model;
}
