import {
  backend_util,
  type KernelBackend,
  type KernelConfig,
  type KernelFunc,
  type NamedAttrMap,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import { KernelRunner } from "./kernel-runner.ts";

/** Below every float32 that a network computes; stands around the picture where it is padded. */
const LOWEST = -3.4e38;

/**
 * `MaxPoolGrad`, composed of elementwise kernels: each gradient goes to the first of the largest
 * values of its window.
 *
 * The official `wasm` backend (4.22) has a kernel of this name that loses the gradient of every
 * window without a positive value: half of them behind a batch normalisation.
 */
export function composedMaxPoolGrad(backendName: string): KernelConfig {
  const kernelFunc = (({ inputs, attrs, backend }) => {
    const { dy, input, output } = inputs as Record<"dy" | "input" | "output", TensorInfo>;
    const info = poolInfo(input.shape, attrs!);
    const { top, left } = info.padInfo;
    const { strideHeight, strideWidth, outHeight, outWidth, batchSize, outChannels } = info;
    const runner = new KernelRunner(backend as KernelBackend, backendName);
    const padded = runner.frame(input, info.padInfo, LOWEST);
    const [, height, width] = padded.shape;

    // `open` holds the gradient of each window until the first maximum claims it.
    let open = dy;
    let sum: TensorInfo | undefined;
    for (let row = 0; row < info.effectiveFilterHeight; row += info.dilationHeight) {
      for (let column = 0; column < info.effectiveFilterWidth; column += info.dilationWidth) {
        const seen = runner.window(padded, {
          row,
          column,
          height: outHeight,
          width: outWidth,
          strideHeight,
          strideWidth,
        });
        const isMaximum = runner.run(
          "Cast",
          { x: runner.run("Equal", { a: seen, b: output }, {}) },
          { dtype: "float32" },
        );
        const claimed = runner.run("Multiply", { a: open, b: isMaximum }, {});
        open = runner.run("Sub", { a: open, b: claimed }, {});

        // Back to the places that the values came from: strides apart, (row, column) from the edge.
        const apart = runner.reshape(
          runner.pad(runner.reshape(claimed, [batchSize, outHeight, 1, outWidth, 1, outChannels]), [
            [0, 0],
            [0, 0],
            [0, strideHeight - 1],
            [0, 0],
            [0, strideWidth - 1],
            [0, 0],
          ]),
          [batchSize, outHeight * strideHeight, outWidth * strideWidth, outChannels],
        );
        const bottom = Math.max(0, height - row - apart.shape[1]);
        const right = Math.max(0, width - column - apart.shape[2]);
        const shifted = runner.run(
          "Slice",
          { x: runner.frame(apart, { top: row, bottom, left: column, right }) },
          { begin: [0, 0, 0, 0], size: [batchSize, height, width, outChannels] },
        );
        sum = sum ? runner.run("Add", { a: sum, b: shifted }, {}) : shifted;
      }
    }
    const dx = runner.run(
      "Slice",
      { x: sum! },
      { begin: [0, top, left, 0], size: [...input.shape] },
    );
    return runner.dispose(dx);
  }) as KernelFunc;
  return { kernelName: "MaxPoolGrad", backendName, kernelFunc };
}

function poolInfo(inputShape: readonly number[], attrs: NamedAttrMap): backend_util.Conv2DInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attrs as {
    filterSize: [number, number] | number;
    strides: [number, number] | number;
    pad: "same" | "valid" | number;
    dimRoundingMode?: "floor" | "round" | "ceil";
  };
  return backend_util.computePool2DInfo(
    inputShape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
}
