import { join } from "node:path";
import { SourceError } from "../../errors.ts";
import { explainFileErrors } from "../../node/file-errors.ts";
import { FolderLock } from "../../node/folder-lock.ts";
import { makeFolder } from "../../node/make-folder.ts";
import type { Journal } from "./journal.ts";
import { JournalFile } from "./journal-file.ts";
import { JournalLock } from "./journal-lock.ts";

/** A folder with a study's journal, `journal.log`, that belongs to one program until it is released. */
export class StudyFolder {
  readonly path: string;
  readonly journal: Journal;
  readonly #lock: FolderLock;

  private constructor(subject: string, path: string, lock: FolderLock) {
    const file = join(path, "journal.log");
    // A program that was taken for dead, say after a long sleep, must not write into what is another's now.
    this.journal = new JournalFile(file, new JournalLock(file, "lock.json"), async () => {
      const loss = await lock.loss();
      if (loss) throw new SourceError({ subject, expected: `${path} for this run alone`, ...loss });
    });
    this.path = path;
    this.#lock = lock;
  }

  /** Claims a folder, which is made if need be. @throws {SourceError} if it cannot be used, or another program has it. */
  static async open(subject: string, path: string): Promise<StudyFolder> {
    const expected = `that ${path} can be made, read and written`;
    return explainFileErrors({ subject, expected }, async () => {
      await makeFolder(path);
      return new StudyFolder(subject, path, await FolderLock.take(subject, path));
    });
  }

  /** Gives the folder free. */
  release(): Promise<void> {
    return this.#lock.release();
  }
}
