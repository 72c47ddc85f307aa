import { join, resolve } from "node:path";
import { SourceError } from "../../errors.ts";
import { explainFileErrors } from "../../node/file-errors.ts";
import { FolderLock } from "../../node/folder-lock.ts";
import { makeFolder } from "../../node/make-folder.ts";
import { isPath } from "../../node/path.ts";
import { integer, like, readOptions, texts } from "../../options.ts";
import type { Engine, OpenEngine, Outcome, Work, WorkListener } from "../engine.ts";
import { JournalFile } from "../journal/journal-file.ts";
import { JournalLock } from "../journal/journal-lock.ts";
import { workerFlags } from "./worker-flags.ts";
import { WorkerProcess } from "./worker-process.ts";

const SUBJECT = "localProcesses";

/** Options of {@link localProcesses}. */
export interface LocalProcessesOptions {
  /**
   * Where the study lies: its journal, `journal.log`, and in `trials/` for each trial its checkpoints and what it has
   * printed, under its number (or its place in the journal, where that holds several studies). Made if it is missing. One program at a time may use it.
   */
  readonly folder: string;
  /** Trials that run at a time, each in a process of its own, at least 1; default 1. */
  readonly workers?: number;
  /** Flags of Node for these processes; default those of this one. */
  readonly execArgv?: readonly string[];
}

/**
 * Runs the trials of a study in processes of this machine, and keeps the study in a folder. Whatever is killed,
 * this program or a worker, loses nothing: call `runStudy` again with the same options, and it goes on.
 *
 * Each run of a trial is a process of its own, which loads the trial's module and the data anew. Its console is the file
 * `output.log` in the trial's folder.
 * @throws {ArgumentError} if an option is unknown or out of its range.
 * @throws {SourceError} from `runStudy`, if the folder cannot be written or another program has it.
 * @example
 * localProcesses({ workers: 2, folder: "runs/sweep" });
 */
export function localProcesses(options: LocalProcessesOptions): Engine {
  const { folder, workers, execArgv } = readOptions(SUBJECT, options, {
    folder: like(isPath, "the path of a folder", 'pass e.g. "runs/sweep"'),
    workers: integer({ min: 1, max: 1024, default: 1 }),
    execArgv: texts("flags of Node", '["--max-old-space-size=4096"]', {
      default: workerFlags(process.execArgv),
    }),
  });
  const path = resolve(folder);
  return {
    async open() {
      const expected = `that ${path} can be made, read and written`;
      const lock = await explainFileErrors({ subject: SUBJECT, expected }, async () => {
        await makeFolder(path);
        return FolderLock.take(SUBJECT, path);
      });
      return new LocalEngine(path, workers, execArgv, lock);
    },
  };
}

class LocalEngine implements OpenEngine {
  readonly journal: JournalFile;
  readonly workers: number;
  readonly #folder: string;
  readonly #execArgv: readonly string[];
  readonly #lock: FolderLock;

  constructor(folder: string, workers: number, execArgv: readonly string[], lock: FolderLock) {
    const path = join(folder, "journal.log");
    // A program that was taken for dead, say after a long sleep, must not write into what is another's now.
    this.journal = new JournalFile(path, new JournalLock(path, "lock.json"), async () => {
      const loss = await lock.loss();
      const expected = `${folder} for this run alone`;
      if (loss) throw new SourceError({ subject: SUBJECT, expected, ...loss });
    });
    this.workers = workers;
    this.#folder = folder;
    this.#execArgv = execArgv;
    this.#lock = lock;
  }

  async run(work: Work, listener: WorkListener, signal: AbortSignal): Promise<Outcome> {
    const folder = join(this.#folder, "trials", String(work.id).padStart(4, "0"));
    await explainFileErrors({ subject: SUBJECT, expected: `that ${folder} can be made` }, () =>
      makeFolder(folder),
    );
    return new WorkerProcess(folder, this.#execArgv).run(work, listener, signal);
  }

  async close(): Promise<void> {
    await this.#lock.release();
  }
}
