import { join } from "node:path";
import { countByReason, type LeftOutFile } from "../dataset/left-out.ts";
import { DataError } from "../errors.ts";
import { warn } from "../runtime/warn.ts";
import { printable } from "../text/printable.ts";
import { listPictures, type PictureList } from "./list-pictures.ts";

/**
 * What a folder of class folders holds, for a function of that name.
 * @throws {SourceError} if a folder cannot be read.
 * @throws {DataError} if there are no pictures, or a class has none.
 */
export async function pictureFolder(subject: string, path: string): Promise<PictureList> {
  const list = await listPictures(subject, path);
  checkClasses(subject, path, list);
  return list;
}

/** Says what was left out of a folder, if anything was. */
export function warnOfLeftOut(subject: string, path: string, files: readonly LeftOutFile[]): void {
  if (files.length === 0) return;
  const where = `the entries in ${printable(path)}`;
  warn(`${subject}: left out ${files.length} of ${where}: ${countByReason(files)}.`);
}

/** Throws unless every folder at the top has pictures. */
function checkClasses(
  subject: string,
  path: string,
  { pictures, classes, leftOut }: PictureList,
): void {
  const full = new Set(pictures.map((name) => name.slice(0, name.indexOf("/"))));
  const empty = classes.filter((name) => !full.has(name));
  if (classes.length > 0 && empty.length === 0) return;
  const places = empty.length === 0 ? [path] : empty.slice(0, 8).map((name) => join(path, name));
  const inThem = leftOut.filter(
    (file) => empty.length === 0 || empty.some((name) => file.path.startsWith(`${name}/`)),
  );
  throw new DataError({
    subject,
    expected: `${empty.length === 0 ? "folders of pictures" : "pictures"} in ${printable(places.join(", "))}`,
    got: inThem.length === 0 ? "none" : `none but ${printable(countByReason(inThem))}`,
    remedy:
      empty.length === 0
        ? "lay them out as cat/1.jpg, dog/2.png, ..."
        : "add pictures (PNG, JPEG, WebP, GIF, AVIF or TIFF) or remove the folder: each one is a class",
  });
}
