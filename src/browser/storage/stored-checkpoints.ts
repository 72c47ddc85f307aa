import { SourceError } from "../../errors.ts";
import type { OpenCheckpointStore } from "../../train/checkpoint/checkpoint-store.ts";
import { checkBrowser } from "./check-browser.ts";
import { explainErrors, openFiles } from "./open-files.ts";
import type { StoredFiles } from "./stored-files.ts";
import { WebLock } from "./web-lock.ts";

/** The checkpoints of one run in the browser's storage, which no other run uses meanwhile. */
export class StoredCheckpoints implements OpenCheckpointStore {
  readonly location: string;
  readonly #subject: string;
  readonly #files: StoredFiles;
  readonly #lock: WebLock;

  /** Claims the store of this name. */
  static async open(subject: string, name: string): Promise<StoredCheckpoints> {
    checkBrowser(subject);
    const lock = await WebLock.take(subject, `checkpoints/${name}`, `the store "${name}"`);
    try {
      const files = await openFiles(subject, ["checkpoints", name]);
      return new StoredCheckpoints(subject, files, lock);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  private constructor(subject: string, files: StoredFiles, lock: WebLock) {
    this.location = files.location;
    this.#subject = subject;
    this.#files = files;
    this.#lock = lock;
  }

  list(): Promise<string[]> {
    return this.#explainErrors("", () => this.#files.list());
  }

  read(name: string): Promise<Uint8Array> {
    return this.#explainErrors(name, async () => {
      const bytes = await this.#files.read(name);
      if (!bytes) throw new DOMException("no such checkpoint", "NotFoundError");
      return bytes;
    });
  }

  write(name: string, bytes: Uint8Array): Promise<void> {
    return this.#explainErrors(name, async () => {
      if (!this.#lock.isHeld) {
        throw new SourceError({
          subject: this.#subject,
          expected: `${this.location} for this run alone`,
          got: "another run that took it by force",
          remedy: "end one of the two",
        });
      }
      await this.#files.write(name, bytes);
    });
  }

  remove(name: string): Promise<void> {
    return this.#explainErrors(name, () => this.#files.remove(name));
  }

  setAside(name: string): Promise<string> {
    return this.#explainErrors(name, async () => {
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

  #explainErrors<T>(name: string, action: () => Promise<T>): Promise<T> {
    return explainErrors(this.#subject, [this.location, name].filter(Boolean).join("/"), action);
  }
}
