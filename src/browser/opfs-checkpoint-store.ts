import { shared } from "../brand.ts";
import { SourceError } from "../errors.ts";
import type { CheckpointStore, OpenCheckpointStore } from "../train/checkpoint/checkpoint-store.ts";
import { checkName } from "./storage/check-name.ts";
import { explained, openFiles } from "./storage/open-files.ts";
import type { StoredFiles } from "./storage/stored-files.ts";
import { WebLock } from "./storage/web-lock.ts";

const SUBJECT = "opfsCheckpointStore";

/** The names of the stores that {@link opfsCheckpointStore} made: a Worker opens them by name. */
const names = /* @__PURE__ */ shared("stores", () => new WeakMap<CheckpointStore, string>());

/**
 * Keeps checkpoints in the browser: in the origin private file system or, where there is none, in
 * IndexedDB with strict durability. A checkpoint is written under another name, onto the disk, and
 * then renamed: whatever happens, a name stands for a whole checkpoint. One run at a time may use
 * the store, in all tabs and Workers of the site (Web Locks); a tab that is closed gives it up.
 *
 * The browser may delete what a site keeps when the disk is nearly full, unless the user lets it
 * persist: ask for that with `navigator.storage.persist()`.
 * @param name of 1 to 100 letters, digits, `-`, `_` and `.`, no dot first; one run, one name.
 * @throws {ArgumentError} if it is no such name.
 * @throws {SourceError} from `open`, if the storage cannot be used or another run has the store.
 */
export function opfsCheckpointStore(name: string): CheckpointStore {
  checkName(SUBJECT, name, "run-1");
  const store: CheckpointStore = {
    async open() {
      const lock = await WebLock.take(SUBJECT, `checkpoints/${name}`, `the store "${name}"`);
      try {
        return new StoredCheckpoints(await openFiles(SUBJECT, ["checkpoints", name]), lock);
      } catch (error) {
        await lock.release();
        throw error;
      }
    },
  };
  names.set(store, name);
  return store;
}

/** The name of a store of this kind; `undefined` for any other. */
export function opfsStoreName(store: CheckpointStore): string | undefined {
  return names.get(store);
}

class StoredCheckpoints implements OpenCheckpointStore {
  readonly location: string;
  readonly #files: StoredFiles;
  readonly #lock: WebLock;

  constructor(files: StoredFiles, lock: WebLock) {
    this.location = files.location;
    this.#files = files;
    this.#lock = lock;
  }

  list(): Promise<string[]> {
    return this.#explained("", () => this.#files.list());
  }

  read(name: string): Promise<Uint8Array> {
    return this.#explained(name, async () => {
      const bytes = await this.#files.read(name);
      if (!bytes) throw new DOMException("no such checkpoint", "NotFoundError");
      return bytes;
    });
  }

  write(name: string, bytes: Uint8Array): Promise<void> {
    return this.#explained(name, async () => {
      if (!this.#lock.isHeld) {
        throw new SourceError({
          subject: SUBJECT,
          expected: `${this.location} for this run alone`,
          got: "another run that took it by force",
          remedy: "end one of the two",
        });
      }
      await this.#files.write(name, bytes);
    });
  }

  remove(name: string): Promise<void> {
    return this.#explained(name, () => this.#files.remove(name));
  }

  setAside(name: string): Promise<string> {
    return this.#explained(name, async () => {
      const others = await this.#files.list();
      let place = `${name}.damaged`;
      for (let i = 2; others.includes(place); i++) place = `${name}.damaged-${i}`;
      await this.#files.rename(name, place);
      return place;
    });
  }

  close(): Promise<void> {
    this.#files.close();
    return this.#lock.release();
  }

  #explained<T>(name: string, action: () => Promise<T>): Promise<T> {
    return explained(SUBJECT, [this.location, name].filter(Boolean).join("/"), action);
  }
}
