import type { StoredFiles } from "./stored-files.ts";

const DATABASE = "cifar-kit";
const STORE = "files";

/** Files in an IndexedDB database, whose keys are paths. */
export class IndexedDbFiles implements StoredFiles {
  readonly location: string;
  readonly #database: IDBDatabase;
  /** What the keys of this folder begin with. */
  readonly #prefix: string;

  /** Opens a folder. */
  static async open(path: readonly string[]): Promise<IndexedDbFiles> {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(STORE);
    };
    return new IndexedDbFiles(await settled(request), path.join("/"));
  }

  private constructor(database: IDBDatabase, path: string) {
    this.#database = database;
    this.#prefix = `${path}/`;
    this.location = `the browser's database, ${path}`;
  }

  async list(): Promise<string[]> {
    const range = IDBKeyRange.bound(this.#prefix, `${this.#prefix}\uffff`);
    const keys = await settled(this.#files("readonly").getAllKeys(range));
    return keys.map((key) => (key as string).slice(this.#prefix.length));
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    const request = this.#files("readonly").get(this.#prefix + name);
    return await settled(request as IDBRequest<Uint8Array | undefined>);
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    await this.#change((files) => files.put(bytes, this.#prefix + name));
  }

  async remove(name: string): Promise<void> {
    await this.#change((files) => files.delete(this.#prefix + name));
  }

  async rename(name: string, newName: string): Promise<void> {
    const bytes = await this.read(name);
    // In one transaction: there is always just one of the two names.
    await this.#change((files) => {
      files.put(bytes, this.#prefix + newName);
      files.delete(this.#prefix + name);
    });
  }

  async sweep(): Promise<void> {
    // A transaction that was cut off has left nothing.
  }

  close(): void {
    this.#database.close();
  }

  #files(mode: IDBTransactionMode): IDBObjectStore {
    // "strict": complete means on the disk, not just handed to the system.
    const transaction = this.#database.transaction(STORE, mode, { durability: "strict" });
    return transaction.objectStore(STORE);
  }

  #change(action: (files: IDBObjectStore) => unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      const files = this.#files("readwrite");
      const { transaction } = files;
      transaction.oncomplete = () => {
        resolve();
      };
      transaction.onabort = () => {
        reject(transaction.error ?? new DOMException("the transaction was aborted", "AbortError"));
      };
      action(files);
    });
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new DOMException("the request failed", "UnknownError"));
    };
  });
}
