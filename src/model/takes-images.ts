import type { LayersModel } from "@tensorflow/tfjs-layers";
import { attempt } from "../checks.ts";
import type { ImageShape } from "../dataset/image-shape.ts";
import { leavesOf } from "./layer-tree.ts";

type Shape = readonly (number | null)[];

/** What a layer says of the shapes that it takes and gives. */
interface Shaped {
  readonly inputSpec?:
    readonly { readonly axes?: Readonly<Record<string, number | null>> }[] | null;
  computeOutputShape(input: unknown): unknown;
}

/**
 * Whether the layers of a model fit together for images of another shape than that it was built for. Asks
 * them, and computes nothing: a kernel that is given an empty map may do anything.
 */
export function takesImages(model: LayersModel, imageShape: ImageShape): boolean {
  const leaves = leavesOf(model) as unknown as Shaped[];
  const own = leaves.map((layer) => Object.getOwnPropertyDescriptor(layer, "computeOutputShape"));
  let fit = true;
  try {
    for (const layer of leaves) {
      const compute = layer.computeOutputShape.bind(layer);
      layer.computeOutputShape = (input) => {
        const output = compute(input);
        fit &&= takes(layer, shapesOf(input)) && !shapesOf(output).flat().some(isNone);
        return output;
      };
    }
    return attempt(() => model.computeOutputShape([1, ...imageShape])) !== undefined && fit;
  } finally {
    leaves.forEach((layer, i) => {
      if (own[i]) Object.defineProperty(layer, "computeOutputShape", own[i]);
      else Reflect.deleteProperty(layer, "computeOutputShape");
    });
  }
}

/** Whether a layer with weights has them for these. */
function takes({ inputSpec }: Shaped, shapes: readonly Shape[]): boolean {
  return (inputSpec ?? []).every(({ axes }, i) =>
    Object.entries(axes ?? {}).every(
      ([axis, extent]) => extent === null || shapes[i]?.at(Number(axis)) === extent,
    ),
  );
}

/** One shape or several, as layers have it. */
const shapesOf = (given: unknown): readonly Shape[] => {
  const list = given as Shape | readonly Shape[];
  return Array.isArray(list[0]) ? (list as readonly Shape[]) : [list as Shape];
};

const isNone = (extent: number | null): boolean => extent !== null && extent < 1;
