import { createHash, randomUUID } from "node:crypto";
import { constants } from "node:fs";
import {
  type FileHandle,
  link,
  open,
  readdir,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { SourceError } from "../errors.ts";
import { errorCode } from "./error-code.ts";
import { hasEnded, ownMark, type ProcessMark } from "./process-mark.ts";
import { readRegularFile } from "./read-regular-file.ts";
import { isTemporary, temporaryPath, unfinished } from "./temporary-files.ts";

const LOCK = "lock.json";
/** Between two signs of life. */
const BEAT_MS = 15_000;
/** Without a sign of life for so long, a process that nobody here can ask counts as gone. */
const SILENCE_MS = 120_000;
/** A lock that changes hands under our eyes is tried for this often. */
const ATTEMPTS = 20;

/** Whether a temporary file is one of a process that tries to get a lock. */
export function isLockFile(name: string): boolean {
  return isTemporary(name, LOCK) || isTemporary(name, makingOf(LOCK));
}

/** Who holds a lock. */
interface Holder extends ProcessMark {
  /** For messages. */
  readonly host: string;
  /** Tells the locks of one process apart. */
  readonly token: string;
}

/** A folder that belongs to one run of one process until it is released, or the process ends. */
export class FolderLock {
  readonly #path: string;
  readonly #content: string;
  readonly #file: FileHandle;
  readonly #beat: NodeJS.Timeout;

  private constructor(path: string, content: string, file: FileHandle) {
    this.#path = path;
    this.#content = content;
    this.#file = file;
    this.#beat = setInterval(() => {
      // Written anew, so that the time is the file system's and not that of this machine's clock; and
      // through the open file, so that it is this lock's even if another has taken its place.
      this.#file.write(content, 0).catch(() => undefined);
    }, BEAT_MS);
    // A held lock keeps no process alive.
    this.#beat.unref();
  }

  /**
   * Claims a folder. The lock of a process that is gone is taken over.
   * @throws {SourceError} if another run holds it, or may hold it.
   */
  static async take(subject: string, folder: string): Promise<FolderLock> {
    const holder: Holder = { ...(await ownMark()), host: hostname(), token: randomUUID() };
    const content = JSON.stringify(holder);
    const path = join(folder, LOCK);
    const other = await claim(path, content);
    if (other !== undefined) throw taken(subject, folder, other);
    try {
      return new FolderLock(path, content, await open(path, constants.O_RDWR));
    } catch (error) {
      await removeOwn(path, content);
      throw error;
    }
  }

  /** What has become of the lock, if it is this run's no more; as the end of a sentence with "got". */
  async loss(): Promise<string | undefined> {
    const found = await readText(this.#path);
    if (found === this.#content) return undefined;
    if (found !== undefined) return `another run in it: ${nameOf(found)}`;
    const folder = await stat(dirname(this.#path)).catch(() => undefined);
    return folder
      ? `no ${LOCK} any more: somebody deleted it`
      : "no such folder any more: somebody deleted or moved it";
  }

  /** Gives the folder free. If that fails the next run will, when this process is gone. */
  async release(): Promise<void> {
    clearInterval(this.#beat);
    await this.#file.close().catch(() => undefined);
    await removeOwn(this.#path, this.#content);
  }
}

/**
 * Makes a lock of this content, or takes over one whose holder is gone.
 *
 * Only one of those who find such a lock may replace it, and this right is a lock, too, with a name
 * of its own for every lock that is to be replaced. Whoever has it makes sure that the same lock is
 * still there and renames its own onto it: nothing is ever removed to make room.
 * @returns the content of the lock that is in the way; `undefined` if this one is made.
 */
async function claim(path: string, content: string): Promise<string | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await create(path, content)) return undefined;
    const found = await readText(path);
    if (found === undefined) continue;
    if (!(await isGone(found, path))) return found;

    const right = join(dirname(path), `.cifar-kit-${digest(basename(path) + found)}.right.tmp`);
    const other = await claim(right, content);
    if (other !== undefined) return other;
    try {
      if ((await readText(path)) !== found) continue;
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
  if ((await readText(path)) !== undefined) return false;
  try {
    await withFile(makingOf(path), "", () => writeFile(path, content, { flag: "wx" }));
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** What the sign that a lock is being made is called after. */
const makingOf = (path: string): string => `${path}.making`;

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

async function removeOwn(path: string, content: string): Promise<void> {
  const found = await readText(path).catch(() => undefined);
  if (found === content) await rm(path, { force: true }).catch(() => null);
}

/** Whether the holder of a lock is certainly gone. */
async function isGone(found: string, path: string): Promise<boolean> {
  const holder = parse(found);
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

async function readText(path: string): Promise<string | undefined> {
  try {
    return (await readRegularFile(path)).toString();
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function parse(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Partial<Holder> | null;
    return Number.isSafeInteger(holder?.pid) && typeof holder?.host === "string"
      ? (holder as Holder)
      : undefined;
  } catch {
    return undefined;
  }
}

function nameOf(content: string): string {
  const holder = parse(content);
  return holder ? `process ${holder.pid} on ${holder.host}` : "of an unknown process";
}

const digest = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, 16);

function taken(subject: string, folder: string, content: string): SourceError {
  const holder = parse(content);
  return new SourceError({
    subject,
    expected: `${folder} for this run alone`,
    got: holder ? `another run in process ${holder.pid} on ${holder.host}` : "other runs",
    remedy: `wait for its end, choose another folder, or, if that process is gone, delete ${join(folder, LOCK)}`,
  });
}
