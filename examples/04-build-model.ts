/** Builds the notebook's network and prints its summary, in Keras 2's form and in Keras 3's. */
import { buildCifarModel, modelSummary } from "cifar-kit";
import { chooseBackend } from "./choose-backend.ts";

await chooseBackend();
const model = buildCifarModel({ seed: 1 });
console.log(modelSummary(model));
console.log(modelSummary(model, { style: "keras3" }));
