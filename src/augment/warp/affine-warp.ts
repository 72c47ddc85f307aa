/**
 * Moving an image by an affine transform and mirroring it, exactly as SciPy's `affine_transform`
 * does for Keras: every output pixel's coordinate and interpolation are computed in double
 * precision, in SciPy's order of operations, and the result is rounded once to float32.
 *
 * Shifts, zooms and flips never mix the axes: there every output row and every output column has
 * two input lines with fixed weights. For this common case on colour images there is a short way,
 * {@link warpAxisAligned}; everything else takes {@link warpGeneral}. Where both apply they agree in
 * every bit.
 */
import type { ImageShape } from "../../dataset/image-shape.ts";
import { affineMatrix } from "./affine-matrix.ts";
import { LineTaps } from "./axis-taps.ts";
import type { Transform } from "../keras/transform.ts";
import { warpAxisAligned } from "./warp-axis-aligned.ts";
import { warpGeneral } from "./warp-general.ts";
import type { WarpOptions, WarpTarget } from "./warp-target.ts";

/** Applies the geometric part of transforms to images of one shape; keeps its scratch memory. */
export class AffineWarp {
  readonly #shape: ImageShape;
  readonly #options: WarpOptions;
  readonly #rows: LineTaps;
  readonly #columns: LineTaps;

  constructor(shape: ImageShape, options: WarpOptions) {
    this.#shape = shape;
    this.#options = options;
    this.#rows = new LineTaps(shape[0]);
    this.#columns = new LineTaps(shape[1]);
  }

  /** Writes one image moved, mirrored and multiplied by the target's scale. */
  apply(transform: Transform, target: WarpTarget): void {
    const [height, width, channels] = this.#shape;
    const options = this.#options;
    const matrix = affineMatrix(transform, height, width, options.axisOrder);
    if (channels === 3 && matrix.rc === 0 && matrix.cr === 0) {
      this.#rows.locate(matrix.rr, matrix.r0, options);
      this.#columns.locate(matrix.cc, matrix.c0, options);
      warpAxisAligned(this.#rows, this.#columns, transform, options.cval, target);
    } else {
      warpGeneral(this.#shape, matrix, transform, options, target);
    }
  }
}
