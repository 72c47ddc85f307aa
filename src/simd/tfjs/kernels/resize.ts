import {
  CropAndResize,
  type CropAndResizeAttrs,
  type CropAndResizeInputs,
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
  cropAndResize,
  nearest,
  resample,
  type Scaling,
  transposed,
  type WeightedRows,
} from "../../plans/resize.ts";
import { floatBits } from "../../plans/plan.ts";
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

/** Crops of float32 or int32 images, in float32. */
const cropping = defineKernel<CropAndResizeInputs, CropAndResizeAttrs>(
  CropAndResize,
  ({ inputs: { image, boxes, boxInd }, attrs, backend }) => {
    const { cropSize, method, extrapolationValue } = attrs;
    const integer = image.dtype === "int32";
    if (!(integer || image.dtype === "float32") || boxes.dtype !== "float32") return null;
    if (boxInd.dtype !== "int32") return null;
    const x = backend.pointer(image);
    const out = backend.output([boxes.shape[0], ...cropSize, image.shape[3]]);
    if (util.sizeFromShape(out.shape) === 0) return out;
    const operands = {
      ...{ x, boxes: backend.pointer(boxes), images: backend.pointer(boxInd) },
      ...{ out: backend.pointer(out), outside: floatBits(extrapolationValue) },
    };
    backend.run(
      [CropAndResize, image.shape, out.shape, integer, method],
      operands,
      (plan, places) => {
        const isNearest = method === "nearest";
        cropAndResize(plan, image.shape, out.shape, { nearest: isNearest, integer }, places);
      },
    );
    return out;
  },
);

export const resizeKernels: readonly SimdKernel[] = [
  cropping,
  resizeKernel(ResizeBilinear, bilinear),
  resizeKernel(ResizeNearestNeighbor, nearest),
  gradientKernel(ResizeBilinearGrad, bilinear),
  gradientKernel(ResizeNearestNeighborGrad, nearest),
];
