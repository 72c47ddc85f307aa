// Both builds in one program: what the one makes, the other takes.
import { createRequire } from "node:module";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import * as imported from "cifar-kit";

const required = createRequire(import.meta.url)("cifar-kit");
await tf.setBackend("cpu");
const set = new required.ImageSet({
  images: new Uint8Array(4 * 192),
  labels: Uint8Array.of(0, 1, 0, 1),
  imageShape: [8, 8, 3],
  classNames: ["a", "b"],
});
const shape = { inputShape: [8, 8, 3], numClasses: 2, filters: [2], denseUnits: 4 };
const model = required.buildCifarModel(shape);
const history = await imported.trainPhase(model, { train: set, epochs: 1, verbose: 0 });
let error;
try {
  imported.toDataset(set, { batchSize: 0 });
} catch (cause) {
  error = cause;
}
console.log(
  JSON.stringify({
    areTwo: imported.ImageSet !== required.ImageSet,
    epochs: history.epochs.length,
    isKnown: error instanceof required.ArgumentError && !(error instanceof required.DataError),
  }),
);
