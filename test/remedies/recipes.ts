import * as kit from "cifar-kit";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";
import type { Trials, Untried } from "./trial.ts";

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
