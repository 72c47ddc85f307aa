/**
 * The two gradients of a convolution, composed of kernels that every backend has: for backends
 * that can run a convolution but not train one, such as the official `wasm` backend.
 *
 * They run below the gradient tape, on raw tensor handles, as kernels do.
 */
import {
  backend_util,
  type KernelBackend,
  type KernelConfig,
  type KernelFunc,
  type NamedAttrMap,
  type TensorInfo,
  util,
} from "@tensorflow/tfjs-core";
import { KernelRunner } from "./kernel-runner.ts";

/**
 * `Conv2DBackpropFilter`: for each place of the window, the inputs that it saw times the gradients
 * that came back, as one matrix product.
 */
export function composedConv2DBackpropFilter(backendName: string): KernelConfig {
  const kernelFunc = (({ inputs, attrs, backend }) => {
    const { x, dy } = inputs as Record<"x" | "dy", TensorInfo>;
    const info = convInfo(x.shape, attrs, attrs!.filterShape as unknown as Shape4D);
    const runner = new KernelRunner(backend as KernelBackend, backendName);
    const padded = runner.frame(x, info.padInfo);
    const n = info.batchSize * info.outHeight * info.outWidth;
    const dyMatrix = runner.reshape(dy, [1, n, info.outChannels]);
    const products: TensorInfo[] = [];
    for (let row = 0; row < info.filterHeight; row++) {
      for (let column = 0; column < info.filterWidth; column++) {
        const seen = runner.window(padded, {
          row: row * info.dilationHeight,
          column: column * info.dilationWidth,
          height: info.outHeight,
          width: info.outWidth,
          strideHeight: info.strideHeight,
          strideWidth: info.strideWidth,
        });
        const seenMatrix = runner.reshape(seen, [1, n, info.inChannels]);
        products.push(
          runner.run(
            "BatchMatMul",
            { a: seenMatrix, b: dyMatrix },
            { transposeA: true, transposeB: false },
          ),
        );
      }
    }
    const stacked = runner.run("Concat", products as never, { axis: 0 });
    const result = runner.reshape(stacked, [...info.filterShape]);
    return runner.dispose(result);
  }) as KernelFunc;
  return { kernelName: "Conv2DBackpropFilter", backendName, kernelFunc };
}

/**
 * `Conv2DBackpropInput` as a convolution of the gradient with the filter turned by 180 degrees: for
 * stride 1 without dilation, where `stock`, the backend's own kernel, is the slower way. Everything
 * else goes to `stock`.
 */
export function composedConv2DBackpropInput(backendName: string, stock: KernelFunc): KernelConfig {
  const kernelFunc = ((params) => {
    const { inputs, attrs, backend } = params;
    const { dy, filter } = inputs as Record<"dy" | "filter", TensorInfo>;
    const info = convInfo(attrs!.inputShape as number[], attrs, filter.shape as Shape4D);
    const { top, bottom, left, right } = info.padInfo;
    const simple =
      info.strideHeight === 1 &&
      info.strideWidth === 1 &&
      info.dilationHeight === 1 &&
      info.dilationWidth === 1 &&
      Math.max(top, bottom) < info.filterHeight &&
      Math.max(left, right) < info.filterWidth;
    if (!simple) return stock(params);
    const runner = new KernelRunner(backend as KernelBackend, backendName);
    const turned = runner.run("Reverse", { x: filter }, { dims: [0, 1] });
    const swapped = runner.run("Transpose", { x: turned }, { perm: [0, 1, 3, 2] });
    const [high, wide] = [info.filterHeight - 1, info.filterWidth - 1];
    const padded = runner.frame(dy, {
      top: high - top,
      bottom: high - bottom,
      left: wide - left,
      right: wide - right,
    });
    const dx = runner.run(
      "Conv2D",
      { x: padded, filter: swapped },
      { strides: [1, 1], pad: "valid", dataFormat: "NHWC", dilations: [1, 1] },
    );
    return runner.dispose(dx);
  }) as KernelFunc;
  return { kernelName: "Conv2DBackpropInput", backendName, kernelFunc };
}

type Shape4D = [number, number, number, number];

function convInfo(
  inputShape: readonly number[],
  attrs: NamedAttrMap | undefined,
  filterShape: Shape4D,
): backend_util.Conv2DInfo {
  const { strides, pad, dilations, dataFormat, dimRoundingMode } = (attrs ?? {}) as {
    strides: [number, number] | number;
    pad: "same" | "valid" | number;
    dilations?: [number, number] | number;
    dataFormat?: "NHWC" | "NCHW";
    dimRoundingMode?: "floor" | "round" | "ceil";
  };
  util.assert(
    dataFormat == null || dataFormat === "NHWC",
    () => `conv2d gradient: expected data in NHWC order, got ${dataFormat ?? ""}`,
  );
  return backend_util.computeConv2DInfo(
    inputShape as Shape4D,
    filterShape,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
  );
}
