import { SourceError } from "../errors.ts";
import type { OpenCheckpointStore } from "../train/checkpoint/checkpoint-store.ts";
import type { Claim } from "./claim.ts";
import type { Database, PostgresResult } from "./database.ts";

/**
 * The row of the run, if it still is of this claim ($1 and $2): whatever is to change goes through it, in one command and so in
 * one transaction. It locks the row until the end of that, so that nobody claims the run in between; and it
 * makes the transaction last where the database would otherwise forget it when the power fails.
 */
const CLAIM = `claim AS (
  UPDATE cifar_kit_runs SET seen = clock_timestamp() WHERE run = $1 AND claim = $2
  RETURNING run, CASE current_setting('synchronous_commit')
    WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END)`;

const WRITE = `WITH ${CLAIM}, written AS (
  INSERT INTO cifar_kit_checkpoints (run, name, bytes) SELECT run, $3, $4 FROM claim
  ON CONFLICT (run, name) DO UPDATE
    SET bytes = excluded.bytes, is_aside = false, written = clock_timestamp())
  SELECT run FROM claim`;

const REMOVE = `WITH ${CLAIM}, removed AS (
  DELETE FROM cifar_kit_checkpoints USING claim
  WHERE cifar_kit_checkpoints.run = claim.run AND name = $3)
  SELECT run FROM claim`;

const SET_ASIDE = `WITH ${CLAIM}, moved AS (
  UPDATE cifar_kit_checkpoints SET name = $4, is_aside = true FROM claim
  WHERE cifar_kit_checkpoints.run = claim.run AND name = $3)
  SELECT run FROM claim`;

/** The checkpoints of a run that is claimed, a row each. */
export class CheckpointRows implements OpenCheckpointStore {
  readonly #database: Database;
  readonly #claim: Claim;

  constructor(database: Database, claim: Claim) {
    this.#database = database;
    this.#claim = claim;
  }

  get location(): string {
    return this.#claim.location;
  }

  async list(): Promise<string[]> {
    const rows = await this.#names();
    return rows.filter(({ is_aside }) => is_aside !== true).map(({ name }) => String(name));
  }

  async read(name: string): Promise<Uint8Array> {
    const [row] = await this.#database.run(
      "read",
      `SELECT bytes FROM cifar_kit_checkpoints WHERE run = $1 AND name = $2 AND NOT is_aside`,
      this.#claim.run,
      name,
    );
    if (row) return row.bytes as Uint8Array;
    throw new SourceError({
      subject: this.#database.subject,
      expected: `${name} in ${this.location}`,
      got: "none",
      remedy: "read what list() names",
    });
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    await this.#change(WRITE, name, bytes);
  }

  async remove(name: string): Promise<void> {
    await this.#change(REMOVE, name);
  }

  async setAside(name: string): Promise<string> {
    const names = (await this.#names()).map((row) => row.name);
    let place = `${name}.damaged`;
    for (let i = 2; names.includes(place); i++) place = `${name}.damaged-${i}`;
    await this.#change(SET_ASIDE, name, place);
    return place;
  }

  async close(): Promise<void> {
    await this.#claim.release();
    await this.#database.close();
  }

  /** @throws {SourceError} if the run is not this claim's any more; then nothing is changed. */
  async #change(text: string, ...values: readonly unknown[]): Promise<void> {
    const { run, number } = this.#claim;
    const rows = await this.#database.run("written", text, run, number, ...values);
    if (rows.length === 0) throw await this.#claim.loss();
  }

  #names(): Promise<PostgresResult["rows"]> {
    const text = `SELECT name, is_aside FROM cifar_kit_checkpoints WHERE run = $1`;
    return this.#database.run("read", text, this.#claim.run);
  }
}
