import { getKernel, type NamedAttrMap, type TensorInfo } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "./backend.ts";

/** Other kernels of this backend, by which one is composed. */
export interface Composer {
  /** The result of a kernel of one result. */
  readonly run: (
    kernelName: string,
    inputs: Record<string, TensorInfo>,
    attrs?: object,
  ) => TensorInfo;
  /** A tensor that was made otherwise, to be given back, too. */
  readonly keep: (tensor: TensorInfo) => TensorInfo;
  /** The same data in another shape. */
  readonly reshape: (x: TensorInfo, shape: readonly number[]) => TensorInfo;
}

/** What `write` returns, composed of other kernels; what lies between is given back. */
export function compose(
  backend: SimdBackend,
  write: (composer: Composer) => TensorInfo,
): TensorInfo {
  const made: TensorInfo[] = [];
  const keep = (tensor: TensorInfo): TensorInfo => {
    made.push(tensor);
    return tensor;
  };
  let result: TensorInfo | undefined;
  try {
    result = write({
      run: (kernelName, inputs, attrs = {}) => {
        const call = { inputs, attrs: attrs as NamedAttrMap, backend };
        return keep(getKernel(kernelName, "simd").kernelFunc(call) as TensorInfo);
      },
      keep,
      reshape: (x, shape) => keep(backend.share(x, shape)),
    });
    return result;
  } finally {
    for (const tensor of made) if (tensor !== result) backend.disposeIntermediateTensorInfo(tensor);
  }
}
