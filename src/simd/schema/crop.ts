import type { Words } from "./words.ts";

export const CropAndResize = {
  x: "ptr",
  /** Of each crop top, left, bottom, right, from 0 to 1. */
  boxes: "ptr",
  /** Of each crop the image that it is of. */
  images: "ptr",
  out: "ptr",
  crops: "int",
  batch: "int",
  height: "int",
  width: "int",
  channels: "int",
  outHeight: "int",
  outWidth: "int",
  nearest: "int",
  /** Whether the images are int32. */
  integer: "int",
  /** What stands outside of the image. */
  outside: "float",
  /** Rows of crops. */
  perTask: "int",
} as const satisfies Words;
