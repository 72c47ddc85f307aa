/** The sizes of a convolution, seen from its forward direction. */
export interface ConvShape {
  readonly batch: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly inChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly dilationHeight: number;
  readonly dilationWidth: number;
  readonly padTop: number;
  readonly padLeft: number;
}

/** The sizes of a convolution of volumes, which have slices, too. */
export interface VolumeShape extends ConvShape {
  readonly inDepth: number;
  readonly outDepth: number;
  readonly filterDepth: number;
  readonly strideDepth: number;
  readonly dilationDepth: number;
  readonly padFront: number;
}

/** One axis of a convolution: from inputs to outputs. */
export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly filter: number;
  readonly stride: number;
  readonly dilation: number;
  readonly pad: number;
}

/** The three axes of a convolution: slices, rows and columns; images have one slice. */
export function axesOf(shape: ConvShape | VolumeShape): readonly [Axis, Axis, Axis] {
  const slices =
    "inDepth" in shape
      ? {
          ...{ from: shape.inDepth, to: shape.outDepth, filter: shape.filterDepth },
          ...{ stride: shape.strideDepth, dilation: shape.dilationDepth, pad: shape.padFront },
        }
      : { from: 1, to: 1, filter: 1, stride: 1, dilation: 1, pad: 0 };
  const rows = {
    ...{ from: shape.inHeight, to: shape.outHeight, filter: shape.filterHeight },
    ...{ stride: shape.strideHeight, dilation: shape.dilationHeight, pad: shape.padTop },
  };
  const columns = {
    ...{ from: shape.inWidth, to: shape.outWidth, filter: shape.filterWidth },
    ...{ stride: shape.strideWidth, dilation: shape.dilationWidth, pad: shape.padLeft },
  };
  return [slices, rows, columns];
}
