import type { AxisOrder, Transform } from "../keras/transform.ts";

/**
 * A map from output to input coordinates:
 * `row = rr * i + rc * j + r0` and `column = cr * i + cc * j + c0` for output row i, column j.
 */
export interface AffineMatrix {
  readonly rr: number;
  readonly rc: number;
  readonly r0: number;
  readonly cr: number;
  readonly cc: number;
  readonly c0: number;
}

type Matrix2x3 = readonly [number, number, number, number, number, number];

/**
 * The map of a transform: rotation x shift x shear x zoom, about the middle of the image. The
 * products are taken one after another in Keras's order, because their rounding is part of the
 * result: a shift of 0.3 pixels about the middle of 32 rows is (0.3 + 15.5) - 15.5.
 */
export function affineMatrix(
  { theta, tx, ty, shear, zx, zy }: Transform,
  height: number,
  width: number,
  axisOrder: AxisOrder,
): AffineMatrix {
  let matrix: Matrix2x3 = [1, 0, 0, 0, 1, 0];
  if (theta !== 0) {
    const [sin, cos] = sinCos(theta);
    matrix = multiply(matrix, [cos, -sin, 0, sin, cos, 0]);
  }
  if (tx !== 0 || ty !== 0) matrix = multiply(matrix, [1, 0, tx, 0, 1, ty]);
  if (shear !== 0) {
    const [sin, cos] = sinCos(shear);
    matrix = multiply(matrix, [1, -sin, 0, 0, cos, 0]);
  }
  if (zx !== 1 || zy !== 1) matrix = multiply(matrix, [zx, 0, 0, 0, zy, 0]);
  const x = height / 2 - 0.5;
  const y = width / 2 - 0.5;
  const [a, b, p, c, d, q] = multiply(multiply([1, 0, x, 0, 1, y], matrix), [1, 0, -x, 0, 1, -y]);
  // Keras permutes after centring, so on an image that is not square its centre is off as well.
  return axisOrder === "documented"
    ? { rr: a, rc: b, r0: p, cr: c, cc: d, c0: q }
    : { rr: d, rc: c, r0: q, cr: b, cc: a, c0: p };
}

/** Product of two maps whose third row is (0, 0, 1). */
function multiply(m: Matrix2x3, n: Matrix2x3): Matrix2x3 {
  const [a, b, p, c, d, q] = m;
  const [e, f, s, g, h, t] = n;
  return [
    a * e + b * g,
    a * f + b * h,
    a * s + b * t + p,
    c * e + d * g,
    c * f + d * h,
    c * s + d * t + q,
  ];
}

function sinCos(degrees: number): [number, number] {
  const radians = degrees * (Math.PI / 180);
  return [Math.sin(radians), Math.cos(radians)];
}
