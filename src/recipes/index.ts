export { buildFastModel, type FastModelOptions } from "./build-fast-model.ts";
export { trainFast, type TrainFastOptions } from "./train-fast.ts";
