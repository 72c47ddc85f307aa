import { listed } from "../text/listed.ts";
import { printable } from "../text/printable.ts";
import type { ImageShape } from "./image-shape.ts";

/** What a console shows of labelled images: how many there are, their shape and their classes. */
export function outlineText(
  kind: string,
  images: {
    readonly length: number;
    readonly imageShape: ImageShape;
    readonly classNames: readonly string[];
  },
): string {
  const { length, imageShape, classNames } = images;
  const classes = `${classNames.length} classes: ${printable(listed(classNames, 10))}`;
  return `${kind}(${length} of [${imageShape.join(", ")}], ${classes})`;
}
