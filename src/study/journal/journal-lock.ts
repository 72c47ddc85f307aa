import { randomUUID } from "node:crypto";
import { readFile, readlink, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { errorCode } from "../../node/file-errors.ts";
import { warn } from "../../runtime/warn.ts";

/** A lock that nobody has touched for so long is left over, by Optuna's rule. */
const GRACE_MS = 30_000;
const LONGEST_WAIT_MS = 1_000;

/**
 * The lock of a journal for one write, as Optuna's `JournalFileSymlinkLock` makes it: a symbolic link beside
 * the journal; where there are none, a file that must not have been there, as its `JournalFileOpenLock` does.
 *
 * The link leads to the lock of the folder, which one program of this library has at a time: a link that leads
 * there was left by one that is gone, and need not be waited for.
 */
export class JournalLock {
  readonly #path: string;
  readonly #owner: string;
  readonly #grace: number;

  /**
   * @param journal its path.
   * @param owner the name of the folder's lock, a file beside the journal that is there for as long as locks are made.
   */
  constructor(journal: string, owner: string, grace = GRACE_MS) {
    this.#path = `${journal}.lock`;
    this.#owner = owner;
    this.#grace = grace;
  }

  /** Does something while nobody else writes. */
  async whileHeld<T>(action: () => Promise<T>): Promise<T> {
    await this.#acquire();
    try {
      return await action();
    } finally {
      await this.#remove();
    }
  }

  async #acquire(): Promise<void> {
    let wait = 1;
    let touched: number | undefined;
    let since = performance.now();
    while (!(await this.#make())) {
      if ((await this.#holder()) === this.#owner) {
        await this.#remove();
        continue;
      }
      const last = (await stat(this.#path).catch(() => undefined))?.mtimeMs;
      if (last !== touched) [touched, since] = [last, performance.now()];
      if (performance.now() - since > this.#grace) {
        warn(
          `runStudy: ${this.#path} has not been released for ${this.#grace / 1000} seconds: removed.`,
        );
        await this.#remove();
        continue;
      }
      await sleep(wait);
      wait = Math.min(2 * wait, LONGEST_WAIT_MS);
    }
  }

  /** Makes the lock; `false` if there is one. */
  async #make(): Promise<boolean> {
    try {
      await symlink(this.#owner, this.#path).catch(async (error: unknown) => {
        if (errorCode(error) === "EEXIST") throw error;
        // Windows, or a disk without links.
        await writeFile(this.#path, this.#owner, { flag: "wx" });
      });
      return true;
    } catch (error) {
      if (errorCode(error) === "EEXIST") return false;
      throw error;
    }
  }

  /** Where the link leads, or what the file says; `undefined` if the lock has just been released. */
  #holder(): Promise<string | undefined> {
    return readlink(this.#path).catch(() => readFile(this.#path, "utf8").catch(() => undefined));
  }

  /** Moved away first, as Optuna does: of two that want to remove a lock, one does. */
  async #remove(): Promise<void> {
    const away = `${this.#path}${randomUUID()}.rename`;
    try {
      await rename(this.#path, away);
      await rm(away, { force: true });
    } catch (error) {
      if (errorCode(error) !== "ENOENT") throw error;
    }
  }
}
