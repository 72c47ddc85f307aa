import { shared } from "../brand.ts";
import type { CheckpointStore } from "../train/checkpoint/checkpoint-store.ts";
import { checkName } from "./storage/check-name.ts";

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
      // Loaded with the first run that is saved.
      const { openStoredCheckpoints } = await import("./storage/stored-checkpoints.ts");
      return openStoredCheckpoints(SUBJECT, name);
    },
  };
  names.set(store, name);
  return store;
}

/** The name of a store of this kind; `undefined` for any other. */
export function opfsStoreName(store: CheckpointStore): string | undefined {
  return names.get(store);
}
