import { spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const mount = (path: string): boolean =>
  spawnSync("mount", ["-t", "tmpfs", "-o", "size=4m", "cifar-kit-test", path]).status === 0;
const unmount = (path: string): boolean => spawnSync("umount", [path]).status === 0;

/** Whether this user may: root may, outside of most containers. */
export const canMountDisks = ((): boolean => {
  const path = mkdtempSync(join(tmpdir(), "cifar-kit-mount-"));
  const isMounted = mount(path);
  if (isMounted) unmount(path);
  rmdirSync(path);
  return isMounted;
})();

/** A disk that is soon full, of four megabytes. */
export class SmallDisk {
  readonly path: string;
  readonly #filler: string;

  /** @param path of an empty folder, where the disk is to be. */
  constructor(path: string) {
    if (!mount(path)) throw new Error(`no disk can be mounted at ${path}`);
    this.path = path;
    this.#filler = join(path, "filler");
  }

  /** Leaves no room. */
  fill(): void {
    for (const size of [65_536, 1]) {
      try {
        for (;;) appendFileSync(this.#filler, Buffer.alloc(size));
      } catch {
        // It is full.
      }
    }
  }

  /** Makes room again. */
  clear(): void {
    rmSync(this.#filler);
  }

  remove(): void {
    unmount(this.path);
  }
}
