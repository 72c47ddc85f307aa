import { type CheckpointStore, type OpenCheckpointStore, SourceError } from "cifar-kit";

/** A store in memory, for tests that are not about files. */
export class MemoryStore implements CheckpointStore {
  readonly files = new Map<string, Uint8Array>();
  readonly aside = new Map<string, Uint8Array>();
  /** Errors for the next writes, in order; `undefined` lets one pass. */
  readonly failures: (Error | undefined)[] = [];
  writes = 0;
  isOpen = false;
  /** Grows with each owner: what an earlier one still does is refused. */
  #claim = 0;

  open(): Promise<OpenCheckpointStore> {
    if (this.isOpen) return Promise.reject(mine("another run"));
    this.isOpen = true;
    const own = ++this.#claim;
    /** Does something at once, unless the claim has ended. */
    const change = <T>(action: () => T): Promise<T> => {
      if (own !== this.#claim) return Promise.reject(mine("a later run"));
      return Promise.resolve(action());
    };
    return Promise.resolve({
      location: "memory",
      list: () => Promise.resolve([...this.files.keys()]),
      read: (name) => {
        const bytes = this.files.get(name);
        return bytes ? Promise.resolve(bytes) : Promise.reject(new Error(`no ${name}`));
      },
      write: (name, bytes) => {
        const failure = this.failures.shift();
        if (failure) return Promise.reject(failure);
        return change(() => {
          this.writes++;
          this.files.set(name, bytes);
        });
      },
      remove: (name) =>
        change(() => {
          this.files.delete(name);
        }),
      setAside: (name) =>
        change(() => {
          let place = `${name}.damaged`;
          while (this.aside.has(place)) place += "-again";
          this.aside.set(place, this.files.get(name)!);
          this.files.delete(name);
          return place;
        }),
      close: () => {
        if (own === this.#claim) this.isOpen = false;
        return Promise.resolve();
      },
    });
  }

  /** Lets the run that has the store count as gone. */
  forget(): void {
    this.isOpen = false;
  }

  /** The name of the newest checkpoint. */
  get newest(): string {
    return [...this.files.keys()].sort().at(-1)!;
  }
}

const mine = (got: string): SourceError =>
  new SourceError({
    subject: "MemoryStore",
    expected: "the memory for this run alone",
    got,
    remedy: "wait for its end",
  });
