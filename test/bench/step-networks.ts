import { layers, type LayersModel, sequential } from "@tensorflow/tfjs-layers";
import { buildCifarModel, sgd, withKerasLayers } from "../../src/index.ts";

/**
 * The network that a name stands for: `notebook`; `small`, the same with 4 filters and 32 units; or
 * `fast:64/256/256:gelu`, the fast recipe's of these widths and this activation.
 */
export function stepNetwork(name: string): LayersModel {
  const [kind, widths = "64/256/256", activation = "gelu"] = name.split(":");
  if (kind === "notebook") return buildCifarModel({ seed: 1 });
  if (kind === "small") return buildCifarModel({ seed: 1, filters: [4, 4, 4], denseUnits: 32 });
  if (kind === "fast" && (activation === "gelu" || activation === "relu")) {
    return fastNetwork(widths.split("/").map(Number), activation);
  }
  throw new Error(`--network: expected notebook, small or fast:64/256/256:gelu, got ${name}`);
}

/**
 * The fast recipe's network, compiled with what it costs, not how well it learns, in mind: a frozen
 * 2 x 2 convolution, three blocks of two convolutions of these widths with batch normalisation (no
 * scale) and an activation, the first of each pooled; then the maximum over what map is left.
 */
function fastNetwork(widths: readonly number[], activation: "gelu" | "relu"): LayersModel {
  const model = sequential();
  model.add(
    layers.conv2d({
      ...{ inputShape: [32, 32, 3], filters: 24, kernelSize: 2, activation, trainable: false },
      kernelInitializer: "heNormal",
    }),
  );
  for (const filters of widths) {
    for (const pooled of [true, false]) {
      model.add(layers.conv2d({ filters, kernelSize: 3, padding: "same", useBias: false }));
      if (pooled) model.add(layers.maxPooling2d({ poolSize: 2, strides: 2 }));
      model.add(layers.batchNormalization({ momentum: 0.6, scale: false }));
      model.add(layers.activation({ activation }));
    }
  }
  model.add(layers.globalMaxPooling2d({}));
  model.add(layers.dense({ units: 10, useBias: false, activation: "softmax" }));
  withKerasLayers(model);
  model.compile({
    optimizer: sgd({ learningRate: 0.01, momentum: 0.85, nesterov: true }),
    ...{ loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] },
  });
  return model;
}
