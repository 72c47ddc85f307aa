import type { CheckpointStore, OpenCheckpointStore } from "cifar-kit";

/** A store in memory, for tests that are not about files. */
export class MemoryStore implements CheckpointStore {
  readonly files = new Map<string, Uint8Array>();
  readonly aside = new Map<string, Uint8Array>();
  /** Errors for the next writes, in order; `undefined` lets one pass. */
  readonly failures: (Error | undefined)[] = [];
  writes = 0;
  isOpen = false;

  open(): Promise<OpenCheckpointStore> {
    this.isOpen = true;
    return Promise.resolve({
      location: "memory",
      list: () => Promise.resolve([...this.files.keys()]),
      read: (name) => Promise.resolve(this.files.get(name)!),
      write: (name, bytes) => {
        const failure = this.failures.shift();
        if (failure) return Promise.reject(failure);
        this.writes++;
        this.files.set(name, bytes);
        return Promise.resolve();
      },
      remove: (name) => {
        this.files.delete(name);
        return Promise.resolve();
      },
      setAside: (name) => {
        this.aside.set(name, this.files.get(name)!);
        this.files.delete(name);
        return Promise.resolve(`${name}.damaged`);
      },
      close: () => {
        this.isOpen = false;
        return Promise.resolve();
      },
    });
  }

  /** The name of the newest checkpoint. */
  get newest(): string {
    return [...this.files.keys()].sort().at(-1)!;
  }
}
