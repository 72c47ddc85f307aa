import type { Database } from "./database.ts";

/**
 * Makes the tables, if they are missing. A run is a row that stays, so that its claims go on being counted;
 * its checkpoints go with it when somebody deletes it.
 */
export async function makeTables(database: Database): Promise<void> {
  const [{ are_there }] = await database.run(
    "read",
    `SELECT to_regclass('cifar_kit_runs') IS NOT NULL
      AND to_regclass('cifar_kit_checkpoints') IS NOT NULL AS are_there`,
  );
  // A user who may not make tables may use them.
  if (are_there !== true) await database.run("given its tables", TABLES);
}

const TABLES = `DO $$ BEGIN
  -- Of several programs that begin at once, one.
  PERFORM pg_advisory_xact_lock(hashtext('cifar_kit_runs'));
  CREATE TABLE IF NOT EXISTS cifar_kit_runs (
    run text PRIMARY KEY,
    claim bigint NOT NULL, -- grows by one with each owner
    owner jsonb, -- who has it, if anybody
    seen timestamptz NOT NULL -- the owner's last sign of life
  );
  CREATE TABLE IF NOT EXISTS cifar_kit_checkpoints (
    run text NOT NULL REFERENCES cifar_kit_runs ON DELETE CASCADE,
    name text NOT NULL,
    bytes bytea NOT NULL,
    is_aside boolean NOT NULL DEFAULT false,
    written timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (run, name)
  );
  -- Weights cannot be compressed.
  ALTER TABLE cifar_kit_checkpoints ALTER COLUMN bytes SET STORAGE EXTERNAL;
END $$`;
