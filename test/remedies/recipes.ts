import { readFileSync } from "node:fs";
import * as kit from "cifar-kit";
import { loadPretrained } from "cifar-kit/node";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";
import { type Trials, type Untried, wrong } from "./trial.ts";

const BYTES = new URL("../../pretrained/cifar10.safetensors", import.meta.url);
const small = tinyImages(16);
/** The same bytes as four pictures. */
const set = new kit.ImageSet({
  images: small.images,
  labels: small.labels.subarray(0, 4),
  imageShape: [16, 16, 3],
  classNames: small.classNames,
});
const build = (options: Partial<kit.FastModelOptions> = {}) =>
  kit.buildFastModel({ whiten: set, widths: [2, 2, 2], ...options });
const train = (model: ReturnType<typeof build>, batchSize: number): Promise<unknown> =>
  kit.trainFast(model, { train: set, epochs: 1, batchSize, verbose: 0 });

export const trials: Trials = {
  "read the file, or call loadPretrained of cifar-kit/node or cifar-kit/browser": [
    () => kit.pretrainedModel(wrong("pretrained/cifar10.safetensors")),
    async () => {
      await kit.pretrainedModel(readFileSync(BYTES));
      await loadPretrained();
    },
  ],
  "take pretrained/cifar10.safetensors or pretrained/cifar10-fast.safetensors out of the same release of the package":
    [() => kit.pretrainedModel(new Uint8Array(8)), () => kit.pretrainedModel(readFileSync(BYTES))],
  "pass larger images": [() => build({ whiten: small }), () => build({ whiten: set })],
  "pass e.g. [64, 256, 256]": [
    () => build({ widths: [64, 256] }),
    () => build({ widths: [64, 256, 256] }),
  ],
  "build one with buildFastModel({ whiten: train }), or train this one with trainPhase": [
    () => train(tinyModel(), 2),
    async () => {
      await train(build(), 2);
      await kit.trainPhase(tinyModel(), { train: small, epochs: 1, verbose: 0 });
    },
  ],
  "pass more images, or a smaller batchSize": [() => train(build(), 8), () => train(build(), 4)],
};

export const untried: Untried = {};
