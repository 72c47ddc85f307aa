import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { SourceError } from "../errors.ts";
import { claim, type Holder, holderOf, makingOf, readLock, removeOwn } from "./lock-file.ts";
import { ownMark } from "./process-mark.ts";
import { isTemporary } from "./temporary-files.ts";

/** What the lock of a folder is called. */
export const LOCK = "lock.json";
/** Between two signs of life. */
const BEAT_MS = 15_000;

/** Whether a temporary file is one of a process that tries to get a lock. */
export function isLockFile(name: string): boolean {
  return isTemporary(name, LOCK) || isTemporary(name, makingOf(LOCK));
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

  /** What has become of the lock, if it is this run's no more, and what to do. */
  async loss(): Promise<{ readonly got: string; readonly remedy: string } | undefined> {
    const found = await readLock(this.#path);
    if (found === this.#content) return undefined;
    if (found !== undefined) {
      const remedy =
        "start this one again when the other has ended; it was taken for dead, perhaps after a long sleep";
      return { got: `another run in it: ${nameOf(found)}`, remedy };
    }
    const folder = await stat(dirname(this.#path)).catch(() => undefined);
    return {
      got: folder
        ? `no ${LOCK} any more: somebody deleted it`
        : "no such folder any more: somebody deleted or moved it",
      remedy: "start the run again, and leave its folder alone while it goes on",
    };
  }

  /** Gives the folder free. If that fails the next run will, when this process is gone. */
  async release(): Promise<void> {
    clearInterval(this.#beat);
    await this.#file.close().catch(() => undefined);
    await removeOwn(this.#path, this.#content);
  }
}

function nameOf(content: string): string {
  const holder = holderOf(content);
  return holder ? `process ${holder.pid} on ${holder.host}` : "of an unknown process";
}

function taken(subject: string, folder: string, content: string): SourceError {
  const holder = holderOf(content);
  return new SourceError({
    subject,
    expected: `${folder} for this run alone`,
    got: holder ? `another run in process ${holder.pid} on ${holder.host}` : "other runs",
    remedy: `wait for its end, choose another folder, or, if that process is gone, delete ${join(folder, LOCK)}`,
  });
}
