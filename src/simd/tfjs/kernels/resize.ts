import {
  ResizeBilinear,
  type ResizeBilinearAttrs,
  ResizeBilinearGrad,
  ResizeNearestNeighbor,
  ResizeNearestNeighborGrad,
  type TensorInfo,
  util,
} from "@tensorflow/tfjs-core";
import {
  bilinear,
  nearest,
  resample,
  type Scaling,
  transposed,
  type WeightedRows,
} from "../../plans/resize.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";

type Interpolation = (scaling: Scaling) => WeightedRows;

/** A kernel that gives float32 images another size. */
function resizeKernel(kernelName: string, interpolate: Interpolation): SimdKernel {
  return defineKernel<{ images: TensorInfo }, ResizeBilinearAttrs>(
    kernelName,
    ({ inputs: { images }, attrs, backend }) => {
      const { alignCorners, halfPixelCenters, size } = attrs;
      if (images.dtype !== "float32") return null;
      const [batch, height, width, channels] = images.shape;
      const x = backend.pointer(images);
      const out = backend.output([batch, ...size, channels]);
      if (util.sizeFromShape(out.shape) === 0) return out;
      backend.run(
        [kernelName, images.shape, size, alignCorners, halfPixelCenters],
        { x, out: backend.pointer(out) },
        (plan, places) => {
          const how = { alignCorners, halfPixelCenters };
          const rows = interpolate({ from: height, to: size[0], ...how });
          const columns = interpolate({ from: width, to: size[1], ...how });
          resample(plan, images.shape, { rows, columns }, places);
        },
      );
      return out;
    },
  );
}

/** Its gradient. As in the cpu backend, it knows nothing of half pixels. */
function gradientKernel(kernelName: string, interpolate: Interpolation): SimdKernel {
  return defineKernel<Record<"images" | "dy", TensorInfo>, { alignCorners: boolean }>(
    kernelName,
    ({ inputs: { images, dy }, attrs: { alignCorners }, backend }) => {
      if (images.dtype !== "float32" || dy.dtype !== "float32") return null;
      const [, height, width] = images.shape;
      const [, toHeight, toWidth] = dy.shape;
      const from = backend.pointer(dy);
      const dx = backend.output(images.shape);
      if (util.sizeFromShape(dx.shape) === 0) return dx;
      backend.run(
        [kernelName, images.shape, dy.shape, alignCorners],
        { x: from, out: backend.pointer(dx) },
        (plan, places) => {
          const how = { alignCorners, halfPixelCenters: false };
          const rows = interpolate({ from: height, to: toHeight, ...how });
          const columns = interpolate({ from: width, to: toWidth, ...how });
          const back = { rows: transposed(rows, height), columns: transposed(columns, width) };
          resample(plan, dy.shape, back, places);
        },
      );
      return dx;
    },
  );
}

export const resizeKernels: readonly SimdKernel[] = [
  resizeKernel(ResizeBilinear, bilinear),
  resizeKernel(ResizeNearestNeighbor, nearest),
  gradientKernel(ResizeBilinearGrad, bilinear),
  gradientKernel(ResizeNearestNeighborGrad, nearest),
];
