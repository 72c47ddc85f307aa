export { buildFastModel, type FastModelOptions } from "./build-fast-model.ts";
export { PRETRAINED } from "./pretrained.generated.ts";
export { pretrainedModel, type PretrainedNetwork } from "./pretrained.ts";
export { trainFast, type TrainFastOptions } from "./train-fast.ts";
