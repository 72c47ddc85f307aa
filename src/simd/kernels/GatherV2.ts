import { backend_util, GatherV2, util } from "@tensorflow/tfjs-core";
import type { GatherV2Attrs, GatherV2Inputs, TensorInfo } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "../host/backend.ts";
import { BLOCK } from "../host/element-wise.ts";
import { defineKernel } from "../kernel.ts";

export const gatherV2 = defineKernel<GatherV2Inputs, GatherV2Attrs>(
  GatherV2,
  ({ inputs: { x, indices }, attrs, backend }) => {
    if (x.dtype !== "float32" || indices.dtype !== "int32") return null;
    const [axis] = util.parseAxisParam(attrs.axis, x.shape);
    checkIndices(backend, indices, x.shape[axis]);
    const info = backend_util.segment_util.collectGatherOpShapeInfo(
      ...([x, indices, axis, attrs.batchDims ?? 0] as unknown as GatherShapeArguments),
    );
    const pointers = [x, indices].map((tensor) => backend.pointer(tensor));
    const out = backend.output(info.outputShape);
    if (util.sizeFromShape(out.shape) === 0) return out;
    const { batchSize, outerSize, dimSize, sliceSize } = info;
    const count = util.sizeFromShape(indices.shape) / batchSize;
    const slices = batchSize * outerSize * count;
    const perTask = Math.max(1, Math.floor(BLOCK / sliceSize));
    backend.run("gather_32", Math.ceil(slices / perTask), [
      ...[...pointers, backend.pointer(out), slices, perTask],
      ...[outerSize, count, dimSize, sliceSize],
    ]);
    return out;
  },
);

type GatherShapeArguments = Parameters<typeof backend_util.segment_util.collectGatherOpShapeInfo>;

function checkIndices(backend: SimdBackend, indices: TensorInfo, size: number): void {
  for (const index of backend.data.get(indices.dataId).values as Int32Array) {
    util.assert(
      index >= 0 && index < size,
      () => `GatherV2: the index value ${index} is not in [0, ${size - 1}]`,
    );
  }
}
