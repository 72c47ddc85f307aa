import type { LayersModel } from "@tensorflow/tfjs-layers";
import { joinBytes } from "../../bytes/bytes.ts";
import { sha256 } from "../../bytes/sha256.ts";
import { RANDOM_STREAM_VERSION } from "../../random/stream.ts";
import type { History } from "../run/history.ts";
import { checkCompiled } from "../feed/model-input.ts";
import { ModelSnapshot } from "../model-snapshot.ts";

/**
 * A fingerprint of all that training has made: two runs with equal hashes agree in every bit of the
 * weights, of the optimizer's state (its number of steps and learning rate included) and, if they
 * are given, of the histories, wall times left out. Names of weights do not count.
 * @param model compiled; only read.
 * @param histories of the run, e.g. `history.all`.
 * @returns a SHA-256 as 64 hexadecimal digits.
 * @throws {ArgumentError} if the model is not compiled or disposed.
 */
export async function stateHash(model: LayersModel, ...histories: History[]): Promise<string> {
  checkCompiled("stateHash", model);
  const { weights, optimizer, learningRate } = await ModelSnapshot.of(model);
  const arrays = [...weights, ...optimizer];
  const text = JSON.stringify({
    randomStreamVersion: RANDOM_STREAM_VERSION,
    learningRate,
    shapes: arrays.map(({ shape }) => shape),
    histories: histories.map(({ epochs, loss, accuracy, valLoss, valAccuracy }) => [
      epochs,
      loss,
      accuracy,
      valLoss,
      valAccuracy,
    ]),
  });
  const head = new TextEncoder().encode(text);
  return sha256(joinBytes([head, ...arrays.map(({ values }) => values)]));
}
