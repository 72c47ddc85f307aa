import { type ImageSet, loadCifar10, trainValidationSplit } from "cifar-kit";
import { cifar10Source } from "cifar-kit/node";
import {
  asClassesOf,
  type Fitting,
  type Pictures,
  readLessons,
  readPictures,
} from "./read-pictures.ts";

/** What a model is to learn from, and what it is measured on. */
export interface Lessons {
  readonly train: ImageSet;
  readonly validation: ImageSet;
  /** Files that are in neither. */
  readonly leftOut: Pictures["leftOut"];
}

/** Where they come from. */
export interface LessonsFrom {
  /** A folder, or the data set by its name. */
  readonly source: string;
  /** What is kept apart: a share of the pictures of each class, or a folder of its own. */
  readonly keptApart: number | string;
  readonly fitting: Fitting;
  /** The most pictures of the source, of each class its share. */
  readonly limit: number | undefined;
  readonly seed: number;
}

/** The data set that is known by its name; a folder that is called so is `./cifar10`. */
export const CIFAR10 = "cifar10";

/** Reads them, and keeps a part apart. */
export async function lessonsFrom({
  source,
  keptApart,
  fitting,
  limit,
  seed,
}: LessonsFrom): Promise<Lessons> {
  if (source === CIFAR10) {
    const { train, test } = await loadCifar10(cifar10Source());
    return { train: few(train, limit, seed), validation: few(test, limit, seed), leftOut: [] };
  }
  const all = await readLessons(source, fitting);
  const set = few(all, limit, seed);
  if (typeof keptApart === "number") {
    return { ...trainValidationSplit(set, { fraction: keptApart, seed }), leftOut: all.leftOut };
  }
  const others = await readPictures(keptApart, fitting);
  const validation = asClassesOf(others, set.classNames, keptApart);
  return { train: set, validation, leftOut: [...all.leftOut, ...others.leftOut] };
}

/** At most so many images, of each class its share. */
export function few(set: ImageSet, limit: number | undefined, seed: number): ImageSet {
  if (limit === undefined || limit >= set.length) return set;
  return trainValidationSplit(set, { fraction: limit / set.length, seed }).validation;
}
