import { check, describe, isArray } from "../checks.ts";
import { DataError } from "../errors.ts";
import { listed } from "../text/listed.ts";
import { printable } from "../text/printable.ts";
import { compareText, normalName } from "../text/compare-text.ts";

/** The folder at the top of a picture's path, in the form in which names compare. */
export function classOf(subject: string, path: string): string {
  return normalName(folderOf(subject, path));
}

function folderOf(subject: string, path: string): string {
  const end = path.indexOf("/");
  check(
    end > 0,
    subject,
    "every picture to lie in the folder of its class",
    describe(path),
    "move it into a folder",
  );
  return path.slice(0, end);
}

/**
 * The classes of pictures with these paths, in label order.
 * @param classNames the user's order; default that of the names.
 */
export function classesOf(
  subject: string,
  paths: readonly string[],
  classNames: unknown,
): string[] {
  const folders = [...new Set(paths.map((path) => folderOf(subject, path)))];
  const names = folders.map(normalName);
  const found = [...new Set(names)].sort(compareText);
  if (found.length === 0) {
    throw new DataError({
      subject,
      expected: "pictures in folders, one folder per class",
      got: "none",
      remedy: "lay them out as cat/1.jpg, dog/2.png, ...",
    });
  }
  if (found.length < folders.length) {
    const twice = found.filter((name) => names.indexOf(name) !== names.lastIndexOf(name));
    throw new DataError({
      subject,
      expected: "one folder per class",
      got: `folders whose names differ only in how Unicode spells them: ${shorten(twice)}`,
      remedy: "move the pictures of each into one folder",
    });
  }
  return classNames === undefined ? found : givenClasses(subject, classNames, found);
}

function givenClasses(subject: string, classNames: unknown, found: readonly string[]): string[] {
  const given: unknown[] = isArray(classNames) ? classNames : [];
  const names = given.map((name) => (typeof name === "string" ? normalName(name) : ""));
  const same = names.length === found.length && new Set(names).size === names.length;
  check(
    same && names.every((name) => found.includes(name)),
    subject,
    `classNames to be the names of the folders: ${shorten(found)}`,
    isArray(classNames) ? shorten(given) : describe(classNames),
    "name each folder with pictures once, in the order of the labels",
  );
  return names;
}

/** Throws unless there is a picture of every class. */
export function checkEveryClass(
  subject: string,
  classes: readonly string[],
  present: ReadonlySet<number>,
): void {
  const empty = classes.filter((_, label) => !present.has(label));
  if (empty.length === 0) return;
  throw new DataError({
    subject,
    expected: "an intact picture of every class",
    got: `none of ${shorten(empty)}`,
    remedy: "add pictures or remove the folder: each one is a class",
  });
}

function shorten(names: readonly unknown[]): string {
  return listed(
    names.map((name) => (typeof name === "string" ? printable(name) : describe(name))),
    8,
  );
}
