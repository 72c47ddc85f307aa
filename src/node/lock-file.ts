import { createHash } from "node:crypto";
import { link, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { errorCode } from "./file-errors.ts";
import { hasEnded, type ProcessMark } from "./process-mark.ts";
import { readRegularFile } from "./read-regular-file.ts";
import { temporaryPath, unfinished } from "./temporary-files.ts";

/** Without a sign of life for so long, a process that nobody here can ask counts as gone. */
const SILENCE_MS = 120_000;
/** A lock that changes hands under our eyes is tried for this often. */
const ATTEMPTS = 20;

/** Who holds a lock. */
export interface Holder extends ProcessMark {
  /** For messages. */
  readonly host: string;
  /** Tells the locks of one process apart. */
  readonly token: string;
}

/**
 * Makes a lock of this content, or takes over one whose holder is gone.
 *
 * Only one of those who find such a lock may replace it, and this right is a lock, too, with a name
 * of its own for every lock that is to be replaced. Whoever has it makes sure that the same lock is
 * still there and renames its own onto it: nothing is ever removed to make room.
 * @returns the content of the lock that is in the way; `undefined` if this one is made.
 */
export async function claim(path: string, content: string): Promise<string | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await create(path, content)) return undefined;
    const found = await readLock(path);
    if (found === undefined) continue;
    if (!(await isGone(found, path))) return found;

    const right = join(dirname(path), `.cifar-kit-${digest(basename(path) + found)}.right.tmp`);
    const other = await claim(right, content);
    if (other !== undefined) return other;
    try {
      if ((await readLock(path)) !== found) continue;
      await withFile(path, content, (own) => rename(own, path));
      return undefined;
    } finally {
      await removeOwn(right, content);
    }
  }
  return "";
}

/** Makes a lock out of a complete file in one step: nobody ever sees half a lock. */
async function create(path: string, content: string): Promise<boolean> {
  try {
    await withFile(path, content, (own) => link(own, path));
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
  }
  // A file system without links: as long as the lock is not complete, a sign says so.
  if ((await readLock(path)) !== undefined) return false;
  try {
    await withFile(makingOf(path), "", () => writeFile(path, content, { flag: "wx" }));
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** What the sign that a lock is being made is called after. */
export const makingOf = (path: string): string => `${path}.making`;

/** Does something with a complete file beside `path`, which is removed afterwards. */
async function withFile(
  path: string,
  content: string,
  action: (own: string) => Promise<void>,
): Promise<void> {
  const own = await temporaryPath(path);
  try {
    await writeFile(own, content, { flag: "wx" });
    await action(own);
  } finally {
    // A leftover is swept by whoever holds the folder.
    await rm(own, { force: true }).catch(() => null);
  }
}

/** Removes a lock, if it still has this content. */
export async function removeOwn(path: string, content: string): Promise<void> {
  const found = await readLock(path).catch(() => undefined);
  if (found === content) await rm(path, { force: true }).catch(() => null);
}

/** Whether the holder of a lock is certainly gone. */
async function isGone(found: string, path: string): Promise<boolean> {
  const holder = holderOf(found);
  // Not complete: it was cut when its process ended, unless somebody is still at it.
  if (!holder && !(await isBeingMade(path))) return true;
  const ended = holder && (await hasEnded(holder));
  if (ended !== undefined) return ended;
  // A process of another machine or container. Both times are the file system's own.
  let gone = false;
  await withFile(path, "", async (own) => {
    const [theirs, ours] = await Promise.all([stat(path), stat(own)]);
    gone = ours.mtimeMs - theirs.mtimeMs > SILENCE_MS;
  }).catch((error: unknown) => {
    // Released or replaced since it was read: another look will tell.
    if (errorCode(error) !== "ENOENT") throw error;
  });
  return gone;
}

async function isBeingMade(path: string): Promise<boolean> {
  const names = await readdir(dirname(path));
  return (await unfinished(names, makingOf(basename(path)))).length > 0;
}

/** The content of a lock; `undefined` if there is none. */
export async function readLock(path: string): Promise<string | undefined> {
  try {
    return (await readRegularFile(path)).toString();
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Who holds a lock of this content; `undefined` if it is not complete. */
export function holderOf(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Partial<Holder> | null;
    return Number.isSafeInteger(holder?.pid) && typeof holder?.host === "string"
      ? (holder as Holder)
      : undefined;
  } catch {
    return undefined;
  }
}

const digest = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, 16);
