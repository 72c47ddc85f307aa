/**
 * Classifies pictures with a trained network that comes with the package:
 *
 *     npx tsx examples/09-classify.ts                  ten test images of CIFAR-10
 *     npx tsx examples/09-classify.ts pictures/        a folder of class folders with pictures
 */
import { loadCifar10, plotPredictions, predict, PRETRAINED } from "cifar-kit";
import { cifar10Source, imageFolder, loadPretrained, writePng } from "cifar-kit/node";
import { chooseBackend } from "./choose-backend.ts";

const OUTPUT = "runs/examples";

await chooseBackend();
const model = await loadPretrained({ network: "fast" });
const share = (100 * PRETRAINED.fast.testAccuracy).toFixed(1);
console.log(`a network that classifies ${share} % of CIFAR-10's test images right`);

const folder = process.argv[2];
const set = folder
  ? await imageFolder(folder, { imageShape: [32, 32, 3], fit: "crop" })
  : (await loadCifar10(cifar10Source(), { split: "test" })).test.take(10);

// Six views of an image together are classified a little better than the image alone.
const {
  probabilities,
  classes,
  classNames = [],
} = await predict(model, set, {
  testTimeAugmentation: "six",
});
for (const [i, label] of classes.entries()) {
  const probability = probabilities[i * classNames.length + label];
  const truth = set.classNames[set.labels[i]];
  console.log(`${truth}: ${classNames[label]} (${(100 * probability).toFixed(0)} %)`);
}
if (!folder) {
  const picture = plotPredictions(set, { yPred: [...classes], probabilities, count: 10 });
  await writePng(`${OUTPUT}/classified.png`, picture);
  console.log(`classified.png is in ${OUTPUT}/`);
}
