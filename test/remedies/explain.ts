import {
  input,
  layers,
  model as modelOf,
  sequential,
  type SymbolicTensor,
} from "@tensorflow/tfjs-layers";
import * as kit from "cifar-kit";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";
import { type Trials, type Untried, wrong } from "./trial.ts";

const set = tinyImages(2);
const { imageShape } = set;
const name = set.classNames[0];
const ask = (options: kit.GradCamOptions, images: unknown = set): unknown =>
  kit.gradCam(tinyModel(), wrong(images), options);

/** Pixels that go straight into scores. */
const flat = () =>
  sequential({
    layers: [layers.flatten({ inputShape: [...imageShape] }), layers.dense({ units: 3 })],
  });
const firstConvolution = (): string =>
  tinyModel().layers.find((layer) => layer.getClassName() === "Conv2D")!.name;

/** A model that calls one convolution twice. */
const twice = () => {
  const image = input({ shape: [...imageShape] });
  const conv = (called: string) =>
    layers.conv2d({ name: called, filters: 3, kernelSize: 3, padding: "same" });
  const shared = conv("shared");
  const x = conv("once").apply(shared.apply(shared.apply(image))) as SymbolicTensor;
  const scores = layers.globalMaxPooling2d({}).apply(x) as SymbolicTensor;
  return modelOf({ inputs: image, outputs: scores });
};

export const trials: Trials = {
  "pass the class's index": [() => ask({ label: "Unicorn" }), () => ask({ label: 0 })],
  'pass e.g. "cat"': [() => ask({ label: wrong({}) }), () => ask({ label: name })],
  "pass as many labels as images, or one for all of them": [
    () => ask({ label: [0] }),
    () => [ask({ label: [0, 1] }), ask({ label: 0 })],
  ],
  "pass as many labels as images": [() => ask({ label: [0, 1, 0] }), () => ask({ label: [0, 1] })],
  "pass some of the images as one of these": [
    () => ask({}, kit.toDataset(set)),
    () => ask({}, set.take(1)),
  ],
  "pass a classifier": [
    () =>
      kit.saliency(
        sequential({
          layers: [layers.conv2d({ inputShape: [...imageShape], filters: 1, kernelSize: 3 })],
        }),
        set,
      ),
    () => kit.saliency(tinyModel(), set),
  ],
  "pass as layer one of {}": [
    () => ask({ layer: "nothing" }),
    () => ask({ layer: firstConvolution() }),
  ],
  "ask saliency, which looks at the pixels themselves": [
    () => kit.gradCam(flat(), set),
    () => kit.saliency(flat(), set),
  ],
  "pass as layer another one": [
    () => kit.gradCam(twice(), set, { layer: "shared" }),
    () => kit.gradCam(twice(), set, { layer: "once" }),
  ],
};

export const untried: Untried = {};
