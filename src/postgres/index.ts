/**
 * Checkpoints in a database, for runs that move between machines; for Node.
 *
 * @module cifar-kit/postgres
 */
export {
  postgresCheckpointStore,
  type PostgresCheckpointStoreOptions,
} from "./postgres-checkpoint-store.ts";
export type { PostgresPool, PostgresResult } from "./database.ts";
export type { CheckpointStore, OpenCheckpointStore } from "../train/checkpoint/checkpoint-store.ts";
