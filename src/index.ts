/**
 * Image classification on TensorFlow.js: data, augmentation, the Keras CNN, training, metrics.
 *
 * @module cifar-kit
 */
export * from "./augment/index.ts";
export * from "./dataset/index.ts";
export {
  ArgumentError,
  BackendError,
  CifarKitError,
  DataError,
  type ErrorParts,
  SourceError,
  TrainingError,
} from "./errors.ts";
export * from "./metrics/index.ts";
export * from "./model/index.ts";
export * from "./plots/index.ts";
export * from "./random/index.ts";
export * from "./train/index.ts";
export * from "./recipes/index.ts";
export * from "./explain/index.ts";
export * from "./exchange/index.ts";
export * from "./formats/index.ts";
