import type { LayersModel } from "@tensorflow/tfjs-layers";
import { saveKeras, saveWeights, toOnnx } from "cifar-kit";
import { fileSystemIO, writeFileAtomic } from "cifar-kit/node";

/** A format that `export` writes. */
interface ExportFormat {
  /** What it is for, in a few words. */
  readonly summary: string;
  /** How the names of its files or folders end. */
  readonly ending: string;
  readonly write: (model: LayersModel, path: string) => Promise<unknown>;
}

/** A format that is one file. */
const file = (
  ending: string,
  summary: string,
  bytesOf: (model: LayersModel) => Uint8Array | Promise<Uint8Array>,
): ExportFormat => ({
  ...{ summary, ending },
  write: async (model, path) => writeFileAtomic(path, await bytesOf(model)),
});

/** All formats by their names. */
export const FORMATS: Readonly<Record<string, ExportFormat>> = {
  tfjs: {
    summary: "TensorFlow.js: a folder with model.json and weights",
    ending: "-tfjs",
    write: (model, path) => model.save(fileSystemIO(path)),
  },
  "tfjs-f16": {
    summary: "the same with kernels in half precision",
    ending: "-tfjs-f16",
    write: (model, path) => model.save(fileSystemIO(path, { quantize: "float16" })),
  },
  "tfjs-u8": {
    summary: "the same with kernels in bytes",
    ending: "-tfjs-u8",
    write: (model, path) => model.save(fileSystemIO(path, { quantize: "uint8" })),
  },
  keras: file(".keras", "Keras 3: layers, weights and class names", saveKeras),
  onnx: file(".onnx", "ONNX, for ONNX Runtime and others", (model) => toOnnx(model)),
  safetensors: file(".safetensors", "weights for PyTorch's load_state_dict", (model) =>
    saveWeights(model),
  ),
  "safetensors-f16": file(".f16.safetensors", "the same in half precision", (model) =>
    saveWeights(model, { dtype: "F16" }),
  ),
  "keras-weights": file(".weights.h5", "weights for load_weights of Keras 3", (model) =>
    saveWeights(model, { format: "keras3" }),
  ),
  "keras2-weights": file(".h5", "weights for load_weights of Keras 2", (model) =>
    saveWeights(model, { format: "keras2" }),
  ),
};
