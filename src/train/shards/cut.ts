/** How batches are cut into shards, and which of them are whose. */
import { check } from "../../checks.ts";
import type { Group } from "../group.ts";

/** The shards of a run. */
export interface Shards {
  /** In all. */
  readonly count: number;
  /** The first that this process computes, and how many one after the other. */
  readonly first: number;
  readonly own: number;
}

/** A batch as it is cut: every shard has the same rows, but for the last ones of a short batch. */
export interface Cut {
  /** Rows of the whole batch. */
  readonly rows: number;
  /** Rows of a shard. */
  readonly each: number;
}

/**
 * Shares out shards evenly.
 * @throws {ArgumentError} unless each process gets a branch of the tree in which they are added: 1, 2, 4 or 8
 *   shards and so on.
 */
export function shareOut(
  subject: string,
  count: number,
  { rank, size }: Pick<Group, "rank" | "size">,
): Shards {
  const own = count / size;
  check(
    size === 1 || Number.isInteger(Math.log2(own)),
    subject,
    `shards to be ${size}, ${2 * size}, ${4 * size} and so on, for ${size} processes`,
    `${count}`,
    "pass such a number, or start as many processes as divide it so",
  );
  return { count, first: rank * own, own };
}

/** The rows of one shard, or of neighbours, in the whole batch; none if the batch ends before. */
export function rowsOf({ rows, each }: Cut, first: number, count = 1): readonly [number, number] {
  const from = Math.min(rows, first * each);
  return [from, Math.min(rows, from + count * each)];
}

/** How many shards of a batch have rows. */
export const filled = ({ rows, each }: Cut): number => Math.ceil(rows / each);
