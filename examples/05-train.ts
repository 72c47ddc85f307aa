/** Trains on a part of the data, stops early when it no longer pays, and saves the model. */
import {
  buildCifarModel,
  earlyStopping,
  loadCifar10,
  trainTwoPhase,
  trainValidationSplit,
} from "cifar-kit";
import { cifar10Source, fileSystemIO } from "cifar-kit/node";
import { chooseBackend } from "./choose-backend.ts";

const IMAGES = 10_000;
const EPOCHS = [2, 1] as const; // plain, augmented
const OUTPUT = "runs/examples";

await chooseBackend();
const all = await loadCifar10(cifar10Source(), { split: "train" });
const { train, validation } = trainValidationSplit(all.train.take(IMAGES), {
  fraction: 0.1,
  seed: 1,
});

const model = buildCifarModel({ for: train, seed: 1 });
const history = await trainTwoPhase(model, {
  train,
  validation,
  epochs: EPOCHS,
  seed: 1,
  callbacks: [earlyStopping({ monitor: "val_loss", patience: 3 })],
});

console.log(
  `training accuracy by epoch: ${history.all.accuracy.map((a) => a.toFixed(3)).join(" ")}`,
);
await model.save(fileSystemIO(`${OUTPUT}/model`), { includeOptimizer: true });
console.log(`the model is in ${OUTPUT}/model/`);
