// What a user's strict TypeScript sees: names resolve, types are there, mistakes are found.
import type { LayersModel } from "@tensorflow/tfjs-layers";
import {
  buildCifarModel,
  type Callback,
  type ClassificationReport,
  classificationReport,
  ImageSet,
  trainTwoPhase,
  type TwoPhaseHistory,
} from "cifar-kit";
import { createTrainer, type Trainer } from "cifar-kit/browser";
import { confusionMatrix } from "cifar-kit/metrics";
import { cifar10Source, writePng } from "cifar-kit/node";
import { plotHistory, type VegaLiteSpec } from "cifar-kit/plots";
import { registerSimdBackend, type SimdBackendOptions } from "cifar-kit/simd";

const threads: SimdBackendOptions = { threads: 2 };
const callback: Callback = {
  onEpochEnd(epoch, logs) {
    console.log(epoch, logs.loss);
  },
};

export async function run(worker: Worker): Promise<VegaLiteSpec> {
  await registerSimdBackend(threads);
  const model: LayersModel = buildCifarModel({ seed: 1 });
  const train = new ImageSet({
    images: new Uint8Array(3072),
    labels: new Uint8Array(1),
    imageShape: [32, 32, 3],
    classNames: ["one"],
  });
  const history: TwoPhaseHistory = await trainTwoPhase(model, { train, callbacks: [callback] });
  const report: ClassificationReport = classificationReport([0], [0]);
  const trainer: Trainer = createTrainer(worker);
  console.log(report.accuracy, confusionMatrix([0], [0])[0][0], cifar10Source(), trainer);

  // @ts-expect-error an option that does not exist
  buildCifarModel({ filter: [32] });
  // @ts-expect-error results are read-only
  history.all.loss[0] = 1;
  // @ts-expect-error only an ImageSet can be augmented
  await trainTwoPhase(model, { train: [1, 2, 3] });

  const spec = plotHistory(history);
  await writePng("history.png", spec);
  return spec;
}
