/** Loads the model of 05-train.ts and measures it on the test images. */
import {
  CIFAR10_CLASS_NAMES,
  classificationReport,
  confusionMatrix,
  evaluate,
  loadCifar10,
  loadModel,
  plotConfusionMatrix,
  plotPredictions,
} from "cifar-kit";
import { cifar10Source, fileSystemIO, writePng } from "cifar-kit/node";
import { chooseBackend } from "./choose-backend.ts";

const OUTPUT = "runs/examples";

await chooseBackend();
const { test } = await loadCifar10(cifar10Source(), { split: "test" });
const model = await loadModel(fileSystemIO(`${OUTPUT}/model`));

const { yTrue, yPred, probabilities, loss } = await evaluate(model, test);
console.log(`loss ${loss.toFixed(4)}`);
console.log(String(classificationReport(yTrue, yPred, { targetNames: CIFAR10_CLASS_NAMES })));

await writePng(
  `${OUTPUT}/confusion-matrix.png`,
  plotConfusionMatrix(confusionMatrix(yTrue, yPred), { classNames: CIFAR10_CLASS_NAMES }),
);
await writePng(
  `${OUTPUT}/mistakes.png`,
  plotPredictions(test, { yPred, probabilities, onlyWrong: true, count: 15, seed: 1 }),
);
console.log(`confusion-matrix.png and mistakes.png are in ${OUTPUT}/`);
