import type { LayersModel } from "@tensorflow/tfjs-layers";
import { CIFAR10_CLASS_NAMES } from "../dataset/cifar10.ts";
import { setClassNames } from "../model/class-names.ts";
import { compileClassifier } from "../model/compile.ts";
import { adam } from "../model/optimizers/adam.ts";
import { fastNetwork } from "./build-fast-model.ts";
import { FAST_NETWORK } from "./pretrained-fast.generated.ts";

/** The network that the weights of the package's file are for, with others. */
export function pretrainedFast(): LayersModel {
  const model = fastNetwork({
    ...{ ...FAST_NETWORK, seed: 0, inputShape: [32, 32, 3] },
    ...{ numClasses: CIFAR10_CLASS_NAMES.length, first: "zeros" },
  });
  compileClassifier(model, adam());
  setClassNames(model, CIFAR10_CLASS_NAMES);
  return model;
}
