/** What fills the places that a moved image leaves empty; each as SciPy's `ndimage` defines it. */
export type FillMode = "nearest" | "reflect" | "wrap" | "constant";

/**
 * How a transform's matrix meets the axes of the image.
 *
 * - `"documented"`: the matrix acts on (row, column). `heightShiftRange` moves the picture
 *   vertically and `widthShiftRange` horizontally, as their names say.
 * - `"keras"`: the matrix acts on (column, row), as in every Keras since October 2020, where the
 *   height shift therefore moves the picture horizontally and the width shift vertically.
 */
export type AxisOrder = "documented" | "keras";

/** 0 takes the nearest pixel, 1 interpolates linearly between neighbours (bilinear). */
export type InterpolationOrder = 0 | 1;

/**
 * The fixed parameters of one augmentation of one image: what a generator draws, and all that it
 * needs to apply it again. The letters are Keras's. In the order of application:
 */
export interface Transform {
  /** Rotation in degrees. */
  readonly theta: number;
  /** Shift along the rows in pixels: positive samples further down, so content moves up. */
  readonly tx: number;
  /** Shift along the columns in pixels: positive samples further right, so content moves left. */
  readonly ty: number;
  /** Shear angle in degrees. */
  readonly shear: number;
  /** Zoom factor along the rows; above 1 zooms out. */
  readonly zx: number;
  /** Zoom factor along the columns; above 1 zooms out. */
  readonly zy: number;
  /** Added to every value, then clipped to the image's own range; in 0..255 units. */
  readonly channelShiftIntensity?: number;
  /** Mirror left and right. */
  readonly flipHorizontal: boolean;
  /** Mirror top and bottom. */
  readonly flipVertical: boolean;
  /** Brightness factor: 0 is black, 1 (as without it) leaves the image alone. */
  readonly brightness?: number;
}

/** The transform that changes nothing. */
export const IDENTITY_TRANSFORM: Transform = /* @__PURE__ */ Object.freeze({
  theta: 0,
  tx: 0,
  ty: 0,
  shear: 0,
  zx: 1,
  zy: 1,
  flipHorizontal: false,
  flipVertical: false,
});
