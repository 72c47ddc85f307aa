import type { StoredFiles } from "./stored-files.ts";
import { writeFile } from "./file-writer.ts";

/** Names of files that are being written. */
const TEMPORARY = /^\.(.*)\.tmp$/;
/** A file that is replaced while it is read is tried for this often. */
const READS = 10;

/** TypeScript does not know this member yet. */
interface MovableFile extends FileSystemFileHandle {
  move(newName: string): Promise<void>;
}

/** Files in a folder of the origin private file system. */
export class OpfsFiles implements StoredFiles {
  readonly location: string;
  readonly #folder: FileSystemDirectoryHandle;
  readonly #path: string;

  /**
   * Opens a folder, which is made if it is missing.
   * @returns `undefined` where the browser has no such file system, or not here (private windows).
   */
  static async open(path: readonly string[]): Promise<OpfsFiles | undefined> {
    const { storage } = navigator as { storage?: Partial<StorageManager> };
    if (typeof storage?.getDirectory !== "function") return undefined;
    if (!("move" in FileSystemFileHandle.prototype)) return undefined;
    let folder: FileSystemDirectoryHandle;
    try {
      folder = await storage.getDirectory();
    } catch {
      return undefined;
    }
    for (const name of path) folder = await folder.getDirectoryHandle(name, { create: true });
    return new OpfsFiles(folder, path.join("/"));
  }

  private constructor(folder: FileSystemDirectoryHandle, path: string) {
    this.#folder = folder;
    this.#path = path;
    this.location = `the browser's file system, ${path}`;
  }

  async list(): Promise<string[]> {
    return (await this.#names()).filter((name) => !TEMPORARY.test(name));
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    for (let attempt = 1; ; attempt++) {
      const handle = await this.#find(name);
      try {
        return handle && new Uint8Array(await (await handle.getFile()).arrayBuffer());
      } catch (error) {
        // Replaced or removed since it was found: another look will tell.
        const { name: kind } = error as Partial<DOMException>;
        if (attempt === READS || (kind !== "NotReadableError" && !isNotFound(error))) throw error;
      }
    }
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    // One at a time: the file system does not let two tabs write one file.
    await navigator.locks.request(this.#lockOf(name), async () => {
      const temporary = `.${name}.tmp`;
      try {
        await writeFile({ folder: this.#folder, temporary, name, bytes });
      } catch (error) {
        await this.remove(temporary).catch(() => undefined);
        throw error;
      }
    });
  }

  async remove(name: string): Promise<void> {
    try {
      await this.#folder.removeEntry(name);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  async rename(name: string, newName: string): Promise<void> {
    const handle = (await this.#folder.getFileHandle(name)) as MovableFile;
    await handle.move(newName);
  }

  async sweep(): Promise<void> {
    for (const temporary of await this.#names()) {
      const name = TEMPORARY.exec(temporary)?.[1];
      if (name === undefined) continue;
      // Nobody writes the file if its lock can be had; it went with the tab that had it.
      await navigator.locks.request(this.#lockOf(name), { ifAvailable: true }, async (lock) => {
        if (lock) await this.remove(temporary);
      });
    }
  }

  close(): void {
    // Nothing is held between two calls.
  }

  /** What a tab or Worker holds while it writes a file; the browser takes it back from closed ones. */
  #lockOf(name: string): string {
    return `cifar-kit:${this.#path}/${name}`;
  }

  async #names(): Promise<string[]> {
    const names: string[] = [];
    for await (const [name, { kind }] of this.#folder.entries()) {
      if (kind === "file") names.push(name);
    }
    return names;
  }

  async #find(name: string): Promise<FileSystemFileHandle | undefined> {
    try {
      return await this.#folder.getFileHandle(name);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}

function isNotFound(error: unknown): boolean {
  return (error as Partial<DOMException>).name === "NotFoundError";
}
