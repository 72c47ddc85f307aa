import { readdir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { PICTURE } from "../node/list-pictures.ts";
import { compareText } from "../text/compare-text.ts";

/** The pictures that paths stand for: files themselves, folders for all pictures in them, at any depth. */
export async function picturesAt(paths: readonly string[]): Promise<string[]> {
  const lists = await Promise.all(
    paths.map(async (path) => ((await isFolder(path)) ? within(path) : [path])),
  );
  return [...new Set(lists.flat())];
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

async function within(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory() && PICTURE.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (path) =>
        !relative(folder, path)
          .split(sep)
          .some((part) => part.startsWith(".")),
    )
    .sort(compareText);
}
