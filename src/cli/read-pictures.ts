import { ImageSet, type ImageShape, type ResizeImageOptions } from "cifar-kit";
import { imageFolder } from "cifar-kit/node";
import { DataError } from "../errors.ts";
import { listed } from "../text/listed.ts";
import { printable } from "../text/printable.ts";

/** How pictures are made to fit the images of a model. */
export interface Fitting {
  readonly imageShape: ImageShape;
  readonly fit: NonNullable<ResizeImageOptions["fit"]>;
}

/** A folder's pictures; damaged ones are left out, and said so. */
export type Pictures = Awaited<ReturnType<typeof imageFolder>>;

const names = (all: readonly string[]): string => printable(listed(all, 8));

/** The pictures of a folder of class folders. */
export const readPictures = (folder: string, fitting: Fitting): Promise<Pictures> =>
  imageFolder(folder, { ...fitting, onBadPicture: "skip" });

/**
 * The same to learn from.
 * @throws {DataError} unless there are two classes, of names that tell them apart, with two pictures each.
 */
export async function readLessons(folder: string, fitting: Fitting): Promise<Pictures> {
  const set = await readPictures(folder, fitting);
  const subject = `pictures in ${printable(folder)}`;
  const { classNames } = set;
  if (classNames.length < 2) {
    throw new DataError({
      subject,
      expected: "two classes or more, a folder each",
      got: `one, ${names(classNames)}`,
      remedy: "add a folder with pictures of something else",
    });
  }
  const plain = classNames.map((name) => name.normalize("NFKC").toLowerCase());
  const alike = classNames.filter(
    (_, i) => plain.indexOf(plain[i]) !== plain.lastIndexOf(plain[i]),
  );
  if (alike.length > 0) {
    throw new DataError({
      subject,
      expected: "classes whose names differ in more than their spelling",
      got: names(alike),
      remedy: "move the pictures of each class into one folder",
    });
  }
  const few = classNames.filter((_, label) => set.labels.filter((one) => one === label).length < 2);
  if (few.length > 0) {
    throw new DataError({
      subject,
      expected: "two intact pictures or more of every class, one to learn from and one to measure",
      got: `one of ${names(few)}`,
      remedy: "add pictures, or remove the class's folder",
    });
  }
  return set;
}

/**
 * A set with its labels in the order of a model's classes, of which it may lack some.
 * @throws {DataError} if it has others.
 */
export function asClassesOf(
  set: ImageSet,
  classNames: readonly string[],
  subject: string,
): ImageSet {
  const labelOf = set.classNames.map((name) => classNames.indexOf(name));
  const strange = set.classNames.filter((_, i) => labelOf[i] === -1);
  if (strange.length > 0) {
    throw new DataError({
      subject: printable(subject),
      expected: `folders named as the classes ${names(classNames)}`,
      got: names(strange),
      remedy: "rename the folders as the classes are named, or leave them out",
    });
  }
  const labels = Int32Array.from(set.labels, (label) => labelOf[label]);
  const { images, imageShape, paths } = set;
  return new ImageSet({ images, imageShape, paths, labels, classNames });
}
