import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { SourceError } from "../errors.ts";
import { optionalPackage } from "../runtime/optional-package.ts";
import { errorText, isPassing, remedyFor } from "./postgres-errors.ts";

/** What a query gives. */
export interface PostgresResult {
  /** An object a row, by the names of its columns. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** A pool of connections to a database: a `pg.Pool`, or what acts as one. */
export interface PostgresPool {
  /** Runs one command, with `$1`, `$2`, ... for the values. */
  query(text: string, values: unknown[]): Promise<PostgresResult>;
}

/** So long a server that was there may be away: it is being started anew. */
const PATIENCE_MS = 30_000;
const LONGEST_WAIT_MS = 1_000;

/** A database in which single commands are run, each a transaction: no process that is stopped can hold a lock. */
export class Database {
  readonly subject: string;
  /** The name of the database. */
  name = "";
  readonly #pool: PostgresPool;
  readonly #end: () => Promise<void>;
  #isReached = false;

  private constructor(subject: string, pool: PostgresPool, end: () => Promise<void>) {
    this.subject = subject;
    this.#pool = pool;
    this.#end = end;
  }

  /** @throws {SourceError} if `pg` is missing, or no such database answers. */
  static async open(subject: string, connection: string | PostgresPool): Promise<Database> {
    const own = typeof connection === "string" ? await connect(subject, connection) : undefined;
    const pool = own ?? (connection as PostgresPool);
    const database = new Database(subject, pool, async () => own?.end());
    try {
      const [row] = await database.run("reached", "SELECT current_database() AS name");
      database.name = String(row.name);
      return database;
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  /**
   * Runs a command; gives its rows. It may run twice, where nobody knows whether it has.
   * @param what happens to the database, for messages.
   * @param values of its `$1`, `$2`, ...
   */
  async run(
    what: string,
    text: string,
    ...values: readonly unknown[]
  ): Promise<PostgresResult["rows"]> {
    const until = performance.now() + PATIENCE_MS;
    for (let wait = 50; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      try {
        const { rows } = await this.#pool.query(text, [...values]);
        this.#isReached = true;
        return rows;
      } catch (cause) {
        const mayPass = this.#isReached && isPassing(cause);
        if (!mayPass || performance.now() > until) {
          const expected = `that the database${this.name && ` "${this.name}"`} can be ${what}`;
          const got = errorText(cause);
          const remedy = remedyFor(cause);
          throw new SourceError({ subject: this.subject, expected, got, remedy, cause });
        }
      }
      await sleep(wait);
    }
  }

  /** Closes its connections, if they are its own. */
  async close(): Promise<void> {
    await this.#end().catch(() => undefined);
  }
}

/** A pool of one connection, which keeps no process alive. */
async function connect(subject: string, address: string): Promise<pg.Pool> {
  const { default: driver } = await optionalPackage({ subject, name: "pg" }, () => import("pg"));
  const pool = new driver.Pool({
    connectionString: address,
    max: 1,
    connectionTimeoutMillis: 30_000,
    idleTimeoutMillis: 60_000,
    allowExitOnIdle: true,
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
    fallback_application_name: "cifar-kit",
  });
  // A connection that breaks while nobody uses it is made anew.
  pool.on("error", () => undefined);
  return pool;
}
