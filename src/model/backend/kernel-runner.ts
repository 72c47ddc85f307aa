import {
  type backend_util,
  getKernel,
  type KernelBackend,
  type NamedAttrMap,
  type TensorInfo,
} from "@tensorflow/tfjs-core";

const NONE = [0, 0];

/** One place of a sliding window over a `[b, h, w, c]` tensor, and the positions it slides to. */
interface WindowPlace {
  readonly row: number;
  readonly column: number;
  readonly height: number;
  readonly width: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
}

/** Runs standard kernels of one backend and disposes what they leave behind. */
export class KernelRunner {
  readonly #garbage: TensorInfo[] = [];

  constructor(
    private readonly backend: KernelBackend,
    private readonly backendName: string,
  ) {}

  /** Runs a kernel; its result lives until {@link dispose}. */
  run(kernelName: string, inputs: Record<string, TensorInfo>, attrs: NamedAttrMap): TensorInfo {
    const kernel = getKernel(kernelName, this.backendName);
    const output = kernel.kernelFunc({ inputs, backend: this.backend, attrs }) as TensorInfo;
    this.#garbage.push(output);
    return output;
  }

  reshape(x: TensorInfo, shape: number[]): TensorInfo {
    return this.run("Reshape", { x }, { shape });
  }

  /** Zeros, or another constant, before and behind each axis of a tensor. */
  pad(x: TensorInfo, paddings: readonly (readonly number[])[], constantValue = 0): TensorInfo {
    return this.run("PadV2", { x }, { paddings, constantValue });
  }

  /** The same around the pictures `[b, h, w, c]`. */
  frame(
    x: TensorInfo,
    { top, bottom, left, right }: Pick<backend_util.PadInfo, "top" | "bottom" | "left" | "right">,
    constantValue = 0,
  ): TensorInfo {
    return this.pad(x, [NONE, [top, bottom], [left, right], NONE], constantValue);
  }

  /** What the window's place (row, column) sees at every position: `[b, height, width, c]`. */
  window(x: TensorInfo, place: WindowPlace): TensorInfo {
    const { row, column, height, width, strideHeight, strideWidth } = place;
    const end = [row + (height - 1) * strideHeight + 1, column + (width - 1) * strideWidth + 1];
    return this.run(
      "StridedSlice",
      { x },
      {
        begin: [0, row, column, 0],
        end: [x.shape[0], end[0], end[1], x.shape[3]],
        strides: [1, strideHeight, strideWidth, 1],
        beginMask: 0,
        endMask: 0,
        ellipsisMask: 0,
        newAxisMask: 0,
        shrinkAxisMask: 0,
      },
    );
  }

  /** Disposes every result but `result`. */
  dispose(result: TensorInfo): TensorInfo {
    for (const tensor of this.#garbage) {
      if (tensor !== result) this.backend.disposeData(tensor.dataId);
    }
    return result;
  }
}
