import { isText } from "../checks.ts";
import { number, like, readOptions } from "../options.ts";
import type { CheckpointStore } from "../train/checkpoint/checkpoint-store.ts";
import { readAddress } from "./address.ts";
import { CheckpointRows } from "./checkpoint-rows.ts";
import { Claim } from "./claim.ts";
import { Database, type PostgresPool } from "./database.ts";
import { makeTables } from "./tables.ts";

const SUBJECT = "postgresCheckpointStore";

/** Options of {@link postgresCheckpointStore}. */
export interface PostgresCheckpointStoreOptions {
  /**
   * Where the database is: `"postgres://user:password@host/database?sslmode=verify-full"`, in all forms that the package `pg` reads; what
   * is left out comes from the environment (`PGPASSWORD`, ...) or `~/.pgpass`. Or a `pg.Pool`, for anything else; it is not closed.
   */
  readonly connection: string | PostgresPool;
  /** Which run it is: a text of its own for each run that shares the database, not empty. */
  readonly run: string;
  /**
   * Seconds after which a run on another machine that shows no sign of life counts as gone, 0 or more; default 120. 0: at once,
   * where something else sees to it that there is one at a time, such as a queue. One that is not gone is then refused.
   */
  readonly patience?: number;
}

/**
 * Keeps the checkpoints of a run in PostgreSQL, version 13 or later, by the package `pg`: for runs that go on on another
 * machine. They lie in the tables `cifar_kit_runs` and `cifar_kit_checkpoints` of the first schema of the search path, which are made
 * if they are missing. One run at a time may use the store. Whoever has opened it last has it: what an earlier one still
 * writes is refused by the database, in the transaction that would write it. All times are those of the server.
 *
 * A server that is started anew under way is waited for, half a minute.
 * @throws {ArgumentError} if an option is unknown or out of its range.
 * @throws {SourceError} from `open`, if `pg` is missing, the database cannot be used, or another run has the store; from what
 *   changes something, if another run has taken the store over. No message holds what `connection` says.
 * @example
 * const store = postgresCheckpointStore({ connection: process.env.DATABASE_URL!, run: "resnet/1" });
 * await trainPhase(model, { train, epochs: 20, checkpoint: { store } });
 */
export function postgresCheckpointStore(options: PostgresCheckpointStoreOptions): CheckpointStore {
  const { connection, run, patience } = readOptions(SUBJECT, options, {
    connection: readAddress,
    run: like(isRun, "a text that tells the run from others", 'pass e.g. "sweep/7"'),
    patience: number({ min: 0, default: 120, unit: "seconds" }),
  });
  return {
    async open() {
      const database = await Database.open(SUBJECT, connection);
      try {
        await makeTables(database);
        return new CheckpointRows(database, await Claim.take(database, run, patience));
      } catch (error) {
        await database.close();
        throw error;
      }
    },
  };
}

/** PostgreSQL has no texts with a character 0. */
const isRun = (value: unknown): value is string =>
  isText(value) && value !== "" && !value.includes("\0");
