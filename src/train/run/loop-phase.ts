import type { Feed } from "../feed/feed.ts";

/** Consecutive epochs over the same data. */
export interface LoopPhase {
  /** Index of the epoch after the last one. */
  readonly epochs: number;
  readonly initialEpoch: number;
  readonly feed: Feed;
}
