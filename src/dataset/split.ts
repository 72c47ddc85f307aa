import { oneOf } from "../options.ts";
import type { ImageSet } from "./image-set.ts";

/** Which parts of a data set to load. */
export type Split = "both" | "train" | "test";

/** What is loaded of a data set: the part that was asked for, or both. */
export type SplitOf<Sets, S extends Split> = Split extends S
  ? Partial<Sets>
  : S extends keyof Sets
    ? Pick<Sets, S>
    : Sets;

/** The option `split`. */
export const splitOption = () => oneOf(["both", "train", "test"], { default: "both" });

/** Loads the parts of a data set that are asked for, one after the other. */
export async function loadSplit<Manifest, Sets, S extends Split>(
  wanted: Split,
  manifests: { readonly train: Manifest; readonly test: Manifest },
  load: (manifest: Manifest) => Promise<ImageSet>,
): Promise<SplitOf<Sets, S>> {
  const sets: { train?: ImageSet; test?: ImageSet } = {};
  if (wanted !== "test") sets.train = await load(manifests.train);
  if (wanted !== "train") sets.test = await load(manifests.test);
  return sets as SplitOf<Sets, S>;
}
