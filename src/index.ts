/** @module cifar-kit */
export { buildCifarModel, type CifarModelOptions } from "./model/cifar-model.ts";
