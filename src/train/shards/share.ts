/** What a run does otherwise whose batches are cut into shards. */
import type { Checkpoint } from "../checkpoint/checkpoint.ts";
import type { RunConditions } from "../checkpoint/run-manifest.ts";
import type { Feed, ModelCall, TrainingUse } from "../feed/feed.ts";
import type { LabelledImages } from "../feed/feed-of.ts";
import type { TrainingStep } from "../run/compiled-model.ts";

export interface Share {
  /** The data to train on. */
  feed(call: ModelCall, data: LabelledImages, use: TrainingUse): Feed;
  /** The data to measure the model on. */
  validation(feed: Feed): Feed;
  /** The step. @param step of a batch that is whole. */
  step(step: TrainingStep): TrainingStep;
  /**
   * Where the run begins, in all processes.
   * @param found the checkpoint that process 0 goes on from.
   */
  begin(conditions: RunConditions, found: Checkpoint | undefined): Promise<Checkpoint | undefined>;
}
