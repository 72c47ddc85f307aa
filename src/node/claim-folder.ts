import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { errorCode } from "./file-errors.ts";
import { isTemporary, temporaryPath } from "./temporary-files.ts";
import { syncFolder, writeNew } from "./write-atomic.ts";

const CLAIM = "claim";
/** What the name of something begins with that is on its way to be set aside. */
const ASIDE = "aside.";

/** Whether a temporary name is that of a claim. */
export const isClaim = (name: string): boolean => isTemporary(name, CLAIM);

/**
 * What fences off the earlier owners of a folder that is shared: a folder in it, made by its owner and
 * removed by the next one. A new file is made in there and renamed to its place; a file that is to go is
 * renamed into there first. Once the claim is removed neither can happen any more, wherever its owner was stopped
 * and however late it goes on: a rename is one step of the file system, on a server, too, and it fails without
 * its source or its target.
 */
export class ClaimFolder {
  readonly #folder: string;
  readonly #path: string;

  private constructor(folder: string, path: string) {
    this.#folder = folder;
    this.#path = path;
  }

  /**
   * Ends the claims of others and makes one.
   * @param checkLock throws unless the lock of the folder is this process's, as it was when it called.
   */
  static async make(folder: string, checkLock: () => Promise<void>): Promise<ClaimFolder> {
    const earlier = (await readdir(folder)).filter(isClaim);
    // Seen before this look at the lock: none of them is of somebody who has taken it over since.
    await checkLock();
    for (const name of earlier) await endClaim(folder, name);
    const claim = new ClaimFolder(folder, await temporaryPath(join(folder, CLAIM)));
    await mkdir(claim.#path);
    // From here on, whoever takes the lock over finds the claim.
    await checkLock().catch(async (error: unknown) => {
      await claim.end();
      throw error;
    });
    return claim;
  }

  /** Puts a file into its place, whole and onto the disk. */
  async write(name: string, bytes: Uint8Array): Promise<void> {
    const own = join(this.#path, basename(name));
    try {
      await writeNew(own, bytes);
      await rename(own, join(this.#folder, name));
    } catch (error) {
      // What cannot be removed either must not hide why it could not be written.
      await rm(own, { force: true }).catch(() => undefined);
      throw error;
    }
    await syncFolder(this.#folder);
  }

  /** Removes a file or folder, if it is there. */
  async remove(name: string): Promise<void> {
    const own = join(this.#path, basename(name));
    try {
      await rename(join(this.#folder, name), own);
    } catch (error) {
      if (errorCode(error) !== "ENOENT") throw error;
      // It is not there; or is it the claim?
      await stat(this.#path);
      return;
    }
    await rm(own, { force: true, recursive: true });
  }

  /** Gives a file or folder another name, which is free. */
  async rename(name: string, newName: string): Promise<void> {
    const own = join(this.#path, ASIDE + newName);
    await rename(join(this.#folder, name), own);
    await rename(own, join(this.#folder, newName));
  }

  /** Removes the claim. If that fails the next owner will. */
  async end(): Promise<void> {
    await rm(this.#path, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Removes a claim of somebody who may just be at it. What was to be set aside gets there. */
async function endClaim(folder: string, name: string): Promise<void> {
  const claim = join(folder, name);
  for (const kept of await readdir(claim)) {
    if (!kept.startsWith(ASIDE)) continue;
    await rename(join(claim, kept), join(folder, kept.slice(ASIDE.length)));
  }
  await rm(claim, { recursive: true, force: true, maxRetries: 10 });
}
