import type { Dirent } from "node:fs";
import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { compareText } from "../text/compare-text.ts";
import type { LeftOutFile } from "../dataset/left-out.ts";
import { DataError } from "../errors.ts";
import { explainFileErrors } from "./file-errors.ts";

/** What a folder of class folders holds. */
export interface PictureList {
  /** Pictures by their names, as paths with slashes, `"cat/1.jpg"`. */
  readonly pictures: readonly string[];
  /** The folders that stand for classes. */
  readonly classes: readonly string[];
  /** Everything else. */
  readonly leftOut: readonly LeftOutFile[];
}

/** How the names of pictures end. */
export const PICTURE = /\.(png|jpe?g|jpe|jfif|webp|gif|avif|tiff?)$/i;

const MISNAMED = "named in another encoding than UTF-8";
/** What Node puts in place of what is not UTF-8 in a name, which then leads to nothing. */
const REPLACED = "\ufffd";

/**
 * The pictures in the folders of `root`, at any depth. Links are followed; within a class no folder
 * is read twice, so that a circle of links ends.
 * @throws {SourceError} if a folder cannot be read.
 * @throws {DataError} if the folder of a class is not named in UTF-8.
 */
export function listPictures(subject: string, root: string): Promise<PictureList> {
  const expected = `a folder with one folder of pictures per class at ${root}`;
  const told = { subject, expected, remedy: "correct the path" };
  return explainFileErrors(told, () => picturesIn(subject, root));
}

async function picturesIn(subject: string, root: string): Promise<PictureList> {
  const pictures: string[] = [];
  const classes: string[] = [];
  const leftOut: LeftOutFile[] = [];
  const leaveOut = (path: string, reason: string): unknown => leftOut.push({ path, reason });

  const visit = async (folder: string, seen: Set<string>): Promise<void> => {
    const isTop = folder === "";
    for (const entry of await list(root, folder)) {
      const path = isTop ? entry.name : `${folder}/${entry.name}`;
      const kind = await kindOf(root, path, entry);
      if (entry.name.startsWith(".")) leaveOut(path, "hidden");
      else if (kind === "folder") {
        // Within a class no folder is read twice; two classes may share one.
        const inside = isTop ? new Set([await realpath(root)]) : seen;
        if (await isNew(join(root, path), inside)) {
          if (isTop) classes.push(path);
          await visit(path, inside);
        } else leaveOut(path, "a link to a folder that is read already");
      } else if (isTop && kind === MISNAMED && entry.isDirectory()) {
        // Left out, it would be a class that nobody learns.
        throw new DataError({
          subject,
          expected: `the folders of classes in ${root} to be named in UTF-8`,
          got: `another encoding: ${path}`,
          remedy: "rename it",
        });
      } else if (kind !== "file") leaveOut(path, kind);
      else if (isTop) leaveOut(path, "in no folder of a class");
      else if (PICTURE.test(entry.name)) pictures.push(path);
      else leaveOut(path, `named ${extname(entry.name).toLowerCase() || "without an ending"}`);
    }
  };
  await visit("", new Set());
  return { pictures, classes, leftOut };
}

/** Whether a folder has not been read under any name; notes that it is now. */
async function isNew(path: string, seen: Set<string>): Promise<boolean> {
  const real = await realpath(path);
  if (seen.has(real)) return false;
  seen.add(real);
  return true;
}

/** `"folder"`, `"file"`, or what else it is, after links have been followed. */
async function kindOf(root: string, path: string, entry: Dirent): Promise<string> {
  if (entry.name.includes(REPLACED) && !(await isThere(join(root, path)))) {
    return MISNAMED;
  }
  // A link that leads nowhere or round in a circle has no target that could be looked at.
  const target = entry.isSymbolicLink()
    ? await stat(join(root, path)).catch(() => undefined)
    : entry;
  if (!target) return "a link to nothing";
  if (target.isDirectory()) return "folder";
  return target.isFile() ? "file" : "a pipe, a socket or a device";
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

/** What stands in a folder: real things before links, each in the order of their names. */
async function list(root: string, folder: string): Promise<Dirent[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  const isLink = (entry: Dirent): number => Number(entry.isSymbolicLink());
  return entries.sort((a, b) => isLink(a) - isLink(b) || compareText(a.name, b.name));
}
