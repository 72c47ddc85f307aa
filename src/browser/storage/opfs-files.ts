import type { StoredFiles } from "./stored-files.ts";
import { writeFile } from "./file-writer.ts";

/** Names of files that are being written. */
const TEMPORARY = /^\..*\.tmp$/;

/** TypeScript does not know this member yet. */
interface MovableFile extends FileSystemFileHandle {
  move(newName: string): Promise<void>;
}

/** Files in a folder of the origin private file system. */
export class OpfsFiles implements StoredFiles {
  readonly location: string;
  readonly #folder: FileSystemDirectoryHandle;

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
    this.location = `the browser's file system, ${path}`;
  }

  async list(): Promise<string[]> {
    return (await this.#names()).filter((name) => !TEMPORARY.test(name));
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    const handle = await this.#find(name);
    return handle && new Uint8Array(await (await handle.getFile()).arrayBuffer());
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    const temporary = `.${name}.tmp`;
    try {
      await writeFile({ folder: this.#folder, temporary, name, bytes });
    } catch (error) {
      await this.remove(temporary).catch(() => undefined);
      throw error;
    }
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
    for (const name of await this.#names()) if (TEMPORARY.test(name)) await this.remove(name);
  }

  close(): void {
    // Nothing is held between two calls.
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
