import { readdir, realpath, rm } from "node:fs/promises";
import { basename, isAbsolute, join, relative, resolve, sep } from "node:path";
import { fileCheckpointStore } from "cifar-kit/node";
import type { CheckpointStore } from "cifar-kit";
import { SourceError } from "../errors.ts";
import { printable } from "../text/printable.ts";
import { UsageError } from "./command.ts";

const CHECKPOINTS = "checkpoints";

/** Where a training puts what it makes. */
export interface OutFolder {
  readonly path: string;
  /** Whether there is a run to go on with. */
  readonly isBegun: boolean;
  readonly store: (part: string) => CheckpointStore;
  /** Removes the checkpoints of a run that is over. */
  readonly tidy: () => Promise<void>;
}

/** The folder that is meant if none is named: beside the work, called as the pictures. */
export const defaultOut = (source: string): string => `${basename(resolve(source))}-model`;

/**
 * The folder of a run that begins or goes on.
 * @param source the folder of the pictures, if they come from one.
 * @param force whether a model that is there may be replaced.
 * @throws {UsageError} if it lies in the folder of the pictures, where it would be a class.
 * @throws {SourceError} if it holds something else than a run that has begun.
 */
export async function outFolder(
  path: string,
  source: string | undefined,
  force: boolean,
): Promise<OutFolder> {
  if (source !== undefined && (await isWithin(source, path))) {
    throw new UsageError(
      `expected --out to be outside of ${printable(source)}, got ${printable(path)}`,
    );
  }
  const present = await readdir(path).catch((): string[] => []);
  const isBegun = present.includes(CHECKPOINTS);
  if (present.length > 0 && !isBegun && !force) {
    const isModel = present.includes("model.json");
    throw new SourceError({
      subject: printable(path),
      expected: "a new folder for the model, or a run that was interrupted",
      got: isModel ? "a model that is there already" : "a folder with other files",
      remedy: "name another one with --out, or add --force to write into it all the same",
    });
  }
  const checkpoints = join(path, CHECKPOINTS);
  return {
    path,
    isBegun,
    store: (part) => fileCheckpointStore(join(checkpoints, part)),
    tidy: () => rm(checkpoints, { recursive: true, force: true }),
  };
}

async function isWithin(folder: string, path: string): Promise<boolean> {
  const way = relative(await realOf(folder), await realOf(path));
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Where a path really leads; of one that is not there, as far as it goes. */
async function realOf(path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    return await realpath(absolute);
  } catch {
    const parent = resolve(absolute, "..");
    return parent === absolute ? absolute : join(await realOf(parent), basename(absolute));
  }
}
