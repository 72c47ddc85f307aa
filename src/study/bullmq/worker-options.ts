import { isOf } from "../../checks.ts";
import { anything, integer, like, number, readOptions, signal, texts } from "../../options.ts";
import { textSink, type TextSink } from "../../train/console/text-sink.ts";
import { workerFlags } from "../local/worker-flags.ts";
import { readAddress } from "./address.ts";
import { ownPlaceOption } from "./checkpoints-option.ts";
import { queueOption } from "./queue-option.ts";

/** Options of {@link runWorker}. */
export interface RunWorkerOptions {
  /** The trial's module, the same file as that of the study: `new URL("./trial.js", import.meta.url)`. */
  readonly trial: URL;
  /** The server, as in `bullmq`. */
  readonly connection: string | URL;
  /** The queue's name; default `"cifar-kit"`. */
  readonly queue?: string;
  /**
   * Where checkpoints lie, if it is not where the study says: a folder, `"postgres"` (the database of `connection`), or
   * another one by its address, `postgres://user:password@host/database`, which no message holds.
   */
  readonly checkpoints?: string;
  /** Trials that run at a time, each in a process of its own, at least 1; default 1. */
  readonly trials?: number;
  /**
   * How long, in seconds, this worker may be silent before its trials go to another one; at least 1, default 30. All
   * workers should have the same.
   */
  readonly patience?: number;
  /** Flags of Node for the trials' processes; default those of this one. */
  readonly execArgv?: readonly string[];
  /** Ends the worker: what is under way saves and goes back into the queue. Default none. */
  readonly signal?: AbortSignal;
  /** Where a line for each trial goes; default the standard output. */
  readonly output?: TextSink;
}

/** Reads the options. @throws {ArgumentError} unless they are right. */
export function readWorkerOptions(subject: string, options: RunWorkerOptions) {
  const { connection, ...settings } = readOptions(subject, options, {
    trial: like(isFileUrl, "the URL of a file", 'pass new URL("./trial.js", import.meta.url)'),
    connection: anything<string | URL>(),
    queue: queueOption,
    checkpoints: ownPlaceOption,
    trials: integer({ min: 1, max: 1024, default: 1 }),
    patience: number({ min: 1, max: 86_400, unit: "seconds", default: 30 }),
    execArgv: texts("flags of Node", '["--max-old-space-size=4096"]', {
      default: workerFlags(process.execArgv),
    }),
    signal: signal(),
    output: textSink(),
  });
  return { ...settings, address: readAddress(subject, "connection", connection) };
}

/** The options as they are read. */
export type WorkerSettings = ReturnType<typeof readWorkerOptions>;

const isFileUrl = (value: unknown): value is URL => isOf(value, URL) && value.protocol === "file:";
