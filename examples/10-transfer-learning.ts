/**
 * Teaches the network that comes with the package other classes, on few pictures:
 *
 *     npx tsx examples/10-transfer-learning.ts pictures/     a folder of class folders with pictures
 *     npx tsx examples/10-transfer-learning.ts               a stand-in: 600 of CIFAR-10's test images
 */
import {
  classificationReport,
  evaluate,
  loadCifar10,
  replaceHead,
  trainPhase,
  trainValidationSplit,
  unfreeze,
} from "cifar-kit";
import { cifar10Source, fileSystemIO, imageFolder, loadPretrained } from "cifar-kit/node";
import { chooseBackend } from "./choose-backend.ts";

const OUTPUT = "runs/examples";

await chooseBackend();
const folder = process.argv[2];
const set = folder
  ? await imageFolder(folder, { imageShape: [32, 32, 3], fit: "crop" })
  : (await loadCifar10(cifar10Source(), { split: "test" })).test
      .withClasses(["Truck", "Cat", "Ship"])
      .take(600);
const { train, validation } = trainValidationSplit(set, { fraction: 0.5, seed: 1 });

// The same layers with a new end; first only that learns, then everything, in smaller steps.
const { classNames } = set;
const model = replaceHead(await loadPretrained(), { classNames, learningRate: 0.003, seed: 1 });
await trainPhase(model, { train, validation, epochs: 5, seed: 1 });
unfreeze(model, { learningRate: 0.001 });
await trainPhase(model, { train, validation, epochs: 3, seed: 2 });

console.log(String(classificationReport(await evaluate(model, validation))));
await model.save(fileSystemIO(`${OUTPUT}/transferred`));
console.log(`the model, with the names of its classes, is in ${OUTPUT}/transferred/`);
