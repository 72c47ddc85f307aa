import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import type { Queue, QueueEvents } from "bullmq";
import { withOwnErrors } from "../../errors.ts";
import { writeAtomic } from "../../node/write-atomic.ts";
import { errorCode, explainFileErrors } from "../../node/file-errors.ts";
import { isPath } from "../../node/path.ts";
import { anything, integer, like, readOptions } from "../../options.ts";
import { LIBRARY_VERSION } from "../../train/checkpoint/library-version.ts";
import type { Engine, OpenEngine, Outcome, Work, WorkListener } from "../engine.ts";
import type { Journal } from "../journal/journal.ts";
import { StudyFolder } from "../journal/study-folder.ts";
import { readAddress } from "./address.ts";
import { Bell } from "./bell.ts";
import { IN_DATABASE, placeOption } from "./checkpoints-option.ts";
import { moduleDigest } from "./module-digest.ts";
import { within } from "./patiently.ts";
import { queueOption } from "./queue-option.ts";
import { RemoteTrial } from "./remote-trial.ts";
import { connect, type Server, unreachable } from "./server.ts";
import { StudyClaim } from "./study-claim.ts";

const SUBJECT = "bullmq";
const CLOSE_MS = 5_000;

/** Options of {@link bullmq}. */
export interface BullmqOptions {
  /**
   * The server, as a URL: `redis://host:6379` or `postgres://user:password@host/database`. `rediss:` and
   * PostgreSQL's `sslmode` encrypt. No message and no job has more of it than host and database.
   */
  readonly connection: string | URL;
  /** The queue's name, the same for all workers; one study at a time has it. Default `"cifar-kit"`. */
  readonly queue?: string;
  /**
   * Where the trials' checkpoints lie, unless a worker is told otherwise: the path of a folder that all machines
   * share, or `"postgres"`, the database that each worker has as its connection (a folder of that name is
   * `"./postgres"`). Default: that database, if there is one; on Redis workers have to say it.
   */
  readonly checkpoints?: string;
  /** Where the study lies: its journal, `journal.log`. One program at a time may use it. Default `runs/` and the queue's name. */
  readonly folder?: string;
  /** How many trials are handed out at a time, at least 1: workers beyond that wait. Default 16. */
  readonly workers?: number;
}

/**
 * Runs the trials of a study on many machines, by BullMQ on Redis or PostgreSQL. On each machine
 * `npx cifar-kit worker trial.js --connection URL` takes trials out of the queue. Whatever is killed, this program, a
 * worker or the server, loses nothing: the trials of a worker that is gone go to another, which goes on from the
 * checkpoint with the same bits; the same call of `runStudy` in the same folder goes on with the study.
 *
 * Needs the packages `bullmq`, and `ioredis` for Redis or `pg` for PostgreSQL.
 * @throws {ArgumentError} if an option is unknown or out of its range.
 * @throws {SourceError} from `runStudy`, if a package is missing, the server or the folder cannot be used, or another
 *   study has the queue.
 * @example
 * bullmq({ connection: "redis://queue.example:6379", checkpoints: "/shared/sweep" });
 */
export function bullmq(options: BullmqOptions): Engine {
  const { connection, queue, ...settings } = readOptions(SUBJECT, options, {
    connection: anything<string | URL>(),
    queue: queueOption,
    checkpoints: placeOption,
    folder: like(isPath, "the path of a folder", 'pass e.g. "runs/sweep"', { optional: true }),
    workers: integer({ min: 1, max: 10_000, default: 16 }),
  });
  const address = readAddress(SUBJECT, "connection", connection);
  const checkpoints =
    settings.checkpoints ?? (address.kind === "postgres" ? IN_DATABASE : undefined);
  const path = resolve(settings.folder ?? join("runs", queue));
  return {
    async open() {
      const folder = await StudyFolder.open(SUBJECT, path);
      try {
        const study = await studyIn(path);
        const server = await connect(SUBJECT, address);
        const place = `${path} on ${hostname()}`;
        const claim = await withOwnErrors(
          () => StudyClaim.take(SUBJECT, server, queue, { study, place }),
          (cause) => unreachable(SUBJECT, address, cause),
        );
        return new QueueEngine({ ...settings, checkpoints, folder, study, server, queue, claim });
      } catch (error) {
        await folder.release();
        throw error;
      }
    },
  };
}

interface Parts {
  readonly folder: StudyFolder;
  readonly study: string;
  readonly server: Server;
  readonly queue: string;
  readonly claim: StudyClaim;
  readonly checkpoints: string | undefined;
  readonly workers: number;
}

class QueueEngine implements OpenEngine {
  readonly #parts: Parts;
  readonly #queue: Queue;
  readonly #events: QueueEvents;
  readonly #bell: Bell;
  /** By URL. */
  readonly #digests = new Map<string, Promise<string>>();

  constructor(parts: Parts) {
    const { server, queue } = parts;
    this.#parts = parts;
    this.#queue = server.queue(queue);
    this.#events = server.events(queue);
    // A lost connection is told by what fails.
    this.#queue.on("error", () => undefined);
    this.#events.on("error", () => undefined);
    this.#bell = new Bell(this.#events);
  }

  get journal(): Journal {
    return this.#parts.folder.journal;
  }

  get workers(): number {
    return this.#parts.workers;
  }

  async run(work: Work, listener: WorkListener, signal: AbortSignal): Promise<Outcome> {
    const { study, checkpoints, server } = this.#parts;
    const data = {
      ...{ release: LIBRARY_VERSION, study, work, module: await this.#digest(work.trial) },
      checkpoints: placeOf(checkpoints),
    };
    // All trials that run listen to it.
    setMaxListeners(0, signal);
    const parts = { server, queue: this.#queue, bell: this.#bell, listener, signal };
    return new RemoteTrial(data, parts).run();
  }

  async close(): Promise<void> {
    const { claim, folder } = this.#parts;
    // A server that is away keeps nobody here; the claim is then still there for when the study goes on.
    await within(CLOSE_MS, async () => {
      const left = await this.#queue.getJobCountByTypes("wait", "active");
      await claim.release(left === 0);
      await Promise.all([this.#queue.close(), this.#events.close()]);
    }).catch(() => {
      for (const each of [claim, this.#queue, this.#events]) {
        void ("leave" in each ? each.leave() : each.disconnect()).catch(() => undefined);
      }
    });
    await folder.release();
  }

  #digest(trial: string): Promise<string> {
    const known = this.#digests.get(trial) ?? moduleDigest("runStudy", new URL(trial));
    this.#digests.set(trial, known);
    return known;
  }
}

/** The place of checkpoints as workers are told, which may have been started elsewhere. */
function placeOf(checkpoints: string | undefined): string | null {
  if (checkpoints === undefined) return null;
  return checkpoints === IN_DATABASE ? checkpoints : resolve(checkpoints);
}

/** The name by which jobs and checkpoints know the study of a folder, made with the first call. */
async function studyIn(folder: string): Promise<string> {
  const path = join(folder, "study.txt");
  const expected = `that ${path} can be written`;
  return explainFileErrors({ subject: SUBJECT, expected }, async () => {
    try {
      return (await readFile(path, "utf8")).trim();
    } catch (error) {
      if (errorCode(error) !== "ENOENT") throw error;
    }
    const study = randomUUID();
    await writeAtomic(path, `${study}\n`);
    return study;
  });
}
