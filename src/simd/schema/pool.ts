import type { Words } from "./words.ts";

export const Pool = {
  x: "ptr",
  /** The output, or its gradient. */
  y: "ptr",
  /** The gradient of x; none forward. */
  dx: "ptr",
  images: "int",
  height: "int",
  width: "int",
  channels: "int",
  outHeight: "int",
  outWidth: "int",
  filterHeight: "int",
  filterWidth: "int",
  strideHeight: "int",
  strideWidth: "int",
  padTop: "int",
  padLeft: "int",
  /** Rows of the output; channels in a gradient. */
  perTask: "int",
  /** Whether the windows tile the input exactly. */
  tiled: "int",
  /** Elements by which an average divides at least: 1 makes that of no elements 0, 0 makes it NaN. */
  atLeast: "int",
} as const satisfies Words;
