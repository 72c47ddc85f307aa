/** A trial of 12-search.ts: three epochs on a part of the data. */
import { buildCifarModel, loadCifar10, trainPhase, trainValidationSplit } from "cifar-kit";
import { cifar10Source } from "cifar-kit/node";
import { defineTrial } from "cifar-kit/study";
import { chooseBackend } from "./choose-backend.ts";

const IMAGES = 3000;

const data = await loadCifar10(cifar10Source(), { split: "train" });
const { train, validation } = trainValidationSplit(data.train.take(IMAGES), { seed: 1 });

export default defineTrial(async ({ params, seed, signal, checkpoint, report }) => {
  await chooseBackend();
  const network = { filters: [16, 32], denseUnits: 64, batchNormMomentum: 0.9 };
  const model = buildCifarModel({ for: train, ...network, ...params, seed });
  const { valAccuracy } = await trainPhase(model, {
    ...{ train, validation, epochs: 3, seed, verbose: 0 },
    ...{ signal, checkpoint, callbacks: [report] },
  });
  return valAccuracy.at(-1);
});
