/**
 * Whole models as files of other programs: `.keras` files of Keras 3, ONNX.
 *
 * @module cifar-kit/exchange
 */
export { loadKeras } from "./keras/load-keras.ts";
export { saveKeras } from "./keras/save-keras.ts";
export { toOnnx } from "./onnx/to-onnx.ts";
