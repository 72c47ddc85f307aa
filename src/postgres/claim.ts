import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { SourceError } from "../errors.ts";
import type { Holder } from "../node/lock-file.ts";
import { hasEnded, ownMark } from "../node/process-mark.ts";
import type { Database } from "./database.ts";

/** Between two signs of life. */
const BEAT_MS = 15_000;

/**
 * Takes a run that nobody has, whose owner has been silent for too long, or is known to be gone: its token is $4.
 * It is this program's already if the answer to the same command was lost.
 */
const TAKE = `INSERT INTO cifar_kit_runs AS runs (run, claim, owner, seen)
  VALUES ($1, 1, $2, clock_timestamp())
  ON CONFLICT (run) DO UPDATE
    SET claim = runs.claim + 1, owner = excluded.owner, seen = excluded.seen
    WHERE runs.owner IS NULL
      OR runs.owner->>'token' IN ($2::jsonb->>'token', $4)
      OR clock_timestamp() - runs.seen >= make_interval(secs => $3)
  RETURNING claim`;

/** That a run is this program's, until another one claims it: then its number is not the run's any more. */
export class Claim {
  readonly run: string;
  /** As a text: it has 64 bits. */
  readonly number: string;
  readonly #database: Database;
  readonly #beat: NodeJS.Timeout;

  private constructor(database: Database, run: string, number: string) {
    this.#database = database;
    this.run = run;
    this.number = number;
    this.#beat = setInterval(() => {
      const text = `UPDATE cifar_kit_runs SET seen = clock_timestamp() WHERE run = $1 AND claim = $2`;
      database.run("written", text, run, number).catch(() => undefined);
    }, BEAT_MS);
    // A claim keeps no process alive.
    this.#beat.unref();
  }

  /**
   * Claims a run.
   * @param patience in seconds, after which an owner that shows no sign of life counts as gone.
   * @throws {SourceError} if another one has it.
   */
  static async take(database: Database, run: string, patience: number): Promise<Claim> {
    const holder: Holder = { ...(await ownMark()), host: hostname(), token: randomUUID() };
    let gone: string | null = null;
    for (;;) {
      const values = [JSON.stringify(holder), patience, gone];
      const [taken] = await database.run("written", TAKE, run, ...values);
      if (taken) return new Claim(database, run, String(taken.claim));
      const owner = await ownerOf(database, run);
      // It was given up meanwhile.
      if (!owner) continue;
      if (owner.token === gone || (await hasEnded(owner)) !== true)
        throw held(database, run, owner);
      gone = owner.token;
    }
  }

  /** The error of somebody who wants to change something without a claim. */
  async loss(): Promise<SourceError> {
    const owner = await ownerOf(this.#database, this.run);
    return new SourceError({
      subject: this.#database.subject,
      expected: `${placeOf(this.#database, this.run)} for this run alone`,
      got: owner ? `another run in it: ${nameOf(owner)}` : "another run in it, which has ended",
      remedy:
        "start this one again when the other has ended; it was silent for too long and taken for dead",
    });
  }

  /** Where the run is, for messages. */
  get location(): string {
    return placeOf(this.#database, this.run);
  }

  /** Gives the run free. If that fails, the next one waits until it may take it. */
  async release(): Promise<void> {
    clearInterval(this.#beat);
    const text = `UPDATE cifar_kit_runs SET owner = NULL WHERE run = $1 AND claim = $2`;
    await this.#database.run("written", text, this.run, this.number).catch(() => undefined);
  }
}

async function ownerOf(database: Database, run: string): Promise<Holder | undefined> {
  const text = `SELECT owner FROM cifar_kit_runs WHERE run = $1`;
  const [row] = await database.run("read", text, run);
  return (row?.owner ?? undefined) as Holder | undefined;
}

const placeOf = ({ name }: Database, run: string): string =>
  `run "${run}" of the database "${name}"`;

const nameOf = ({ pid, host }: Holder): string => `process ${pid} on ${host}`;

function held(database: Database, run: string, owner: Holder): SourceError {
  return new SourceError({
    subject: database.subject,
    expected: `${placeOf(database, run)} for this run alone`,
    got: `another run in ${nameOf(owner)}`,
    remedy:
      "wait for its end, choose another name, or, if that process is gone, wait until patience is over",
  });
}
