import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { SourceError } from "../errors.ts";
import { errorCode } from "./write-atomic.ts";

const LOCK = "lock.json";
/** Between two signs of life. */
const BEAT_MS = 15_000;
/** Without a sign of life for so long, a process of another machine counts as gone. */
const SILENCE_MS = 120_000;
/** A lock that changes hands under our eyes is tried for this often. */
const ATTEMPTS = 5;

/** Who holds a lock. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process began, as the system counts: tells it from a later one with its number. */
  readonly started: string | null;
  /** Tells the locks of one process apart. */
  readonly token: string;
}

/** A folder that belongs to one run of one process until it is released, or the process ends. */
export class FolderLock {
  readonly #folder: string;
  readonly #content: string;
  readonly #beat: NodeJS.Timeout;

  private constructor(folder: string, content: string) {
    this.#folder = folder;
    this.#content = content;
    this.#beat = setInterval(() => {
      const now = new Date();
      utimes(join(folder, LOCK), now, now).catch(() => undefined);
    }, BEAT_MS);
    // A held lock keeps no process alive.
    this.#beat.unref();
  }

  /**
   * Claims a folder. The lock of a process that is gone is taken over.
   * @throws {SourceError} if another run holds it.
   */
  static async take(subject: string, folder: string): Promise<FolderLock> {
    const path = join(folder, LOCK);
    const token = randomUUID();
    const holder: Holder = {
      pid: process.pid,
      host: hostname(),
      started: await startOf("self"),
      token,
    };
    const content = JSON.stringify(holder);
    const own = join(folder, `.cifar-kit-lock-${token}.tmp`);
    await writeFile(own, content, { flag: "wx" });
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (await create(own, path, content)) return new FolderLock(folder, content);
        const found = await readText(path);
        if (found === undefined) continue;
        const other = parse(found);
        if (other && !(await isGone(other, path, own))) throw taken(subject, folder, other);
        await removeStale(folder, found);
      }
    } finally {
      // A leftover is swept by whoever holds the folder.
      await rm(own, { force: true }).catch(() => null);
    }
    throw taken(subject, folder, undefined);
  }

  /** Whether nobody has taken the lock away, as after a long sleep of this machine. */
  async isHeld(): Promise<boolean> {
    return (await readText(join(this.#folder, LOCK))) === this.#content;
  }

  /** Gives the folder free. If that fails the next run will, when this process is gone. */
  async release(): Promise<void> {
    clearInterval(this.#beat);
    if (await this.isHeld()) await rm(join(this.#folder, LOCK), { force: true }).catch(() => null);
  }
}

/** Makes the lock out of a complete file in one step: nobody ever sees half a lock. */
async function create(own: string, path: string, content: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
  }
  // A file system without links.
  try {
    await writeFile(path, content, { flag: "wx" });
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** Removes a lock of this content; another one, which came in between, is put back. */
async function removeStale(folder: string, content: string): Promise<void> {
  const path = join(folder, LOCK);
  const moved = join(folder, `.cifar-kit-lock-${randomUUID()}.tmp`);
  try {
    await rename(path, moved);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return;
    throw error;
  }
  if ((await readText(moved)) !== content) await link(moved, path).catch(() => undefined);
  await rm(moved, { force: true });
}

async function isGone(other: Holder, path: string, own: string): Promise<boolean> {
  if (other.host !== hostname()) {
    // Nobody can ask a process of another machine; both times are the file system's own.
    try {
      const [theirs, ours] = await Promise.all([stat(path), stat(own)]);
      return ours.mtimeMs - theirs.mtimeMs > SILENCE_MS;
    } catch (error) {
      // Released since it was read.
      if (errorCode(error) === "ENOENT") return true;
      throw error;
    }
  }
  try {
    process.kill(other.pid, 0);
  } catch (error) {
    // EPERM: it is there, but somebody else's.
    if (errorCode(error) === "ESRCH") return true;
  }
  return other.started !== (await startOf(String(other.pid)));
}

/** When a process began, in ticks since the machine did; `null` where the system has no /proc. */
async function startOf(process: string): Promise<string | null> {
  const line = await readText(`/proc/${process}/stat`);
  // The second field, the name in parentheses, may hold spaces.
  return line?.slice(line.lastIndexOf(")") + 2).split(" ")[19] ?? null;
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}

function parse(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Partial<Holder> | null;
    return typeof holder?.pid === "number" && typeof holder.host === "string"
      ? (holder as Holder)
      : undefined;
  } catch {
    return undefined;
  }
}

function taken(subject: string, folder: string, holder: Holder | undefined): SourceError {
  return new SourceError({
    subject,
    expected: `${folder} for this run alone`,
    got: holder ? `another run in process ${holder.pid} on ${holder.host}` : "other runs",
    remedy: `wait for its end, choose another folder, or, if that process is gone, delete ${join(folder, LOCK)}`,
  });
}
