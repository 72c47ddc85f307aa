import { join, resolve } from "node:path";
import { explainFileErrors } from "../../node/file-errors.ts";
import { makeFolder } from "../../node/make-folder.ts";
import { isPath } from "../../node/path.ts";
import { integer, like, readOptions, texts } from "../../options.ts";
import type { Engine, OpenEngine, Outcome, Work, WorkListener } from "../engine.ts";
import type { Journal } from "../journal/journal.ts";
import { StudyFolder } from "../journal/study-folder.ts";
import { trialFolder } from "./trial-place.ts";
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
      return new LocalEngine(await StudyFolder.open(SUBJECT, path), workers, execArgv);
    },
  };
}

class LocalEngine implements OpenEngine {
  readonly workers: number;
  readonly #folder: StudyFolder;
  readonly #execArgv: readonly string[];

  constructor(folder: StudyFolder, workers: number, execArgv: readonly string[]) {
    this.workers = workers;
    this.#folder = folder;
    this.#execArgv = execArgv;
  }

  get journal(): Journal {
    return this.#folder.journal;
  }

  async run(work: Work, listener: WorkListener, signal: AbortSignal): Promise<Outcome> {
    const folder = trialFolder(this.#folder.path, work);
    await explainFileErrors({ subject: SUBJECT, expected: `that ${folder} can be made` }, () =>
      makeFolder(folder),
    );
    const log = join(folder, "output.log");
    const child = new WorkerProcess({ execArgv: this.#execArgv, log });
    return child.run({ work, place: { folder } }, listener, { stop: signal });
  }

  async close(): Promise<void> {
    await this.#folder.release();
  }
}
