import { checkInteger, checkOneOf, checkOptions } from "../checks.ts";
import { checkImageShape } from "./image-shape.ts";
import type { RecordLayout } from "./manifest.ts";

const FIELDS = ["labelBytes", "labelByte", "numClasses", "imageShape", "pixelOrder"];

/** Throws unless `layout` says how a record is written. */
export function checkLayout(subject: string, layout: RecordLayout): void {
  checkOptions(subject, layout, FIELDS);
  const { labelBytes, labelByte, numClasses, imageShape, pixelOrder } = layout;
  checkImageShape(subject, imageShape);
  checkInteger(subject, "layout.labelBytes", labelBytes, { min: 1 });
  checkInteger(subject, "layout.labelByte", labelByte, { min: 0, max: labelBytes - 1 });
  checkInteger(subject, "layout.numClasses", numClasses, { min: 1, max: 256 });
  checkOneOf(subject, "layout.pixelOrder", pixelOrder, ["planar", "interleaved"]);
}
