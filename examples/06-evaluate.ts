/** Loads the model of 05-train.ts and measures it on the test images. */
import {
  classificationReport,
  evaluate,
  loadCifar10,
  loadModel,
  mostConfident,
  plotConfusionMatrix,
  plotPredictions,
} from "cifar-kit";
import { cifar10Source, fileSystemIO, writePng } from "cifar-kit/node";
import { chooseBackend } from "./choose-backend.ts";

const OUTPUT = "runs/examples";

await chooseBackend();
const { test } = await loadCifar10(cifar10Source(), { split: "test" });
const model = await loadModel(fileSystemIO(`${OUTPUT}/model`));

const evaluation = await evaluate(model, test);
console.log(`loss ${evaluation.loss.toFixed(4)}`);
console.log(String(classificationReport(evaluation)));

await writePng(`${OUTPUT}/confusion-matrix.png`, plotConfusionMatrix(evaluation));
const mistakes = mostConfident(evaluation, test, { count: 15 });
await writePng(`${OUTPUT}/mistakes.png`, plotPredictions(test, mistakes));
console.log(`confusion-matrix.png and mistakes.png are in ${OUTPUT}/`);
