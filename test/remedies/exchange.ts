import { readFileSync } from "node:fs";
import { layers, type LayersModel, sequential } from "@tensorflow/tfjs-layers";
import * as kit from "cifar-kit";
import { tinyModel } from "../helpers/tiny.ts";
import type { Trials, Untried } from "./trial.ts";

const steps = (recurrentActivation: "hardSigmoid" | "sigmoid"): LayersModel =>
  sequential({
    layers: [
      layers.lstm({
        ...{ units: 2, inputShape: [3, 2], recurrentActivation, recurrentInitializer: "zeros" },
      }),
    ],
  });
const masked = (): LayersModel =>
  sequential({
    layers: [layers.reshape({ targetShape: [2, 2], inputShape: [4] }), layers.masking()],
  });
const FROM_KERAS = readFileSync(new URL("../fixtures/weights/small.keras", import.meta.url));
export const trials: Trials = {
  "build the network without them, or export the model up to them": [
    () => kit.toOnnx(masked()),
    () => {
      const { layers: own } = masked();
      const upTo = own.filter((layer) => layer.getClassName() !== "Masking");
      kit.toOnnx(sequential({ layers: upTo }));
    },
  ],
  "build the network of layers that both have, or save it with model.save() and its weights with saveWeights()":
    [() => kit.saveKeras(steps("hardSigmoid")), () => kit.saveKeras(steps("sigmoid"))],
  "pass the file's bytes, e.g. of fs.readFileSync(path)": [
    () => kit.loadKeras("model.keras" as never),
    () => kit.loadKeras(FROM_KERAS),
  ],
  'in Python write one with model.save("model.keras"); weights alone go to loadWeights()': [
    async () => kit.loadKeras(await kit.saveWeights(tinyModel())),
    async () => {
      await kit.loadKeras(FROM_KERAS);
      await kit.loadWeights(tinyModel(), await kit.saveWeights(tinyModel()));
    },
  ],
};

export const untried: Untried = {
  "save it with saveKeras() or model.save()": "needs a model of 2 GB",
};
