/** What one process is fed of a run whose batches are cut into shards: the rows of its own shards. */
import { concat, dispose, slice, type Tensor, tidy, zeros } from "@tensorflow/tfjs-core";
import { check } from "../../checks.ts";
import type { Feed, LabelledBatch, ModelCall, TrainingUse } from "../feed/feed.ts";
import { tensorsOf } from "../feed/feed.ts";
import { feedOf, kindOf, type LabelledImages } from "../feed/feed-of.ts";
import { type Cut, filled, rowsOf, type Shards } from "./cut.ts";

/** How the batches under way are cut, by their pixels. */
export type Cuts = WeakMap<Tensor, Cut>;

/**
 * The data as a feed whose batches hold the rows of this process; their `size` is that of the whole batch.
 * Of an image set only these rows are made, each shard as a batch of its own.
 * @param cuts where the cut of every batch goes.
 */
export function sharedFeed(
  call: ModelCall,
  data: LabelledImages,
  use: TrainingUse,
  shards: Shards,
  cuts: Cuts,
): Feed {
  const whole = feedOf(call, data, use);
  const kind = kindOf(data);
  const batchSize = kind?.samples ? use.batchSize : kind?.flow?.batchSize;
  check(
    batchSize === undefined || batchSize % shards.count === 0,
    call.subject,
    `batchSize to be a multiple of the ${shards.count} shards`,
    `${batchSize}`,
    "pass such a batchSize, or other shards",
  );
  const each = batchSize && batchSize / shards.count;
  const marked = (batch: LabelledBatch, cut: Cut): LabelledBatch => {
    cuts.set(batch.xs, cut);
    return { ...batch, size: cut.rows };
  };
  if (kind?.samples) {
    const parts = feedOf(call, data, useOfShards(use, whole.steps!, shards.count, each!));
    return {
      ...whole,
      async *epoch(index, from = 0) {
        for (let step = from; step < whole.steps!; step++) {
          const rows = whole.samplesIn!(step + 1) - whole.samplesIn!(step);
          const cut = { rows, each: each! };
          const own = Math.min(shards.first + shards.own, filled(cut)) - shards.first;
          const first = step * shards.count + shards.first;
          yield marked(await joined(parts.epoch(index, first), own), cut);
        }
      },
      close: async () => parts.close?.(),
    };
  }
  return {
    ...whole,
    async *epoch(index, from) {
      for await (const batch of whole.epoch(index, from)) {
        const cut = { rows: batch.size, each: each ?? Math.ceil(batch.size / shards.count) };
        const [first, end] = rowsOf(cut, shards.first, shards.own);
        yield marked(cutOut(batch, first, end - first), cut);
      }
    },
  };
}

/** Has an image set give shards for batches, resized as the steps that they belong to. */
function useOfShards(
  { resizing, ...use }: TrainingUse,
  steps: number,
  count: number,
  each: number,
): TrainingUse {
  return {
    ...{ ...use, batchSize: each, dropRemainder: false, stepsPerEpoch: undefined },
    resizing:
      resizing &&
      ((call, sizes, of, shardSteps) => {
        const inEpoch = shardSteps / use.epochs;
        const sized = resizing(call, sizes, of, steps * use.epochs);
        const stepOf = (shard: number): number =>
          Math.floor(shard / inEpoch) * steps + Math.floor((shard % inEpoch) / count);
        return {
          changes: sized.changes,
          resize: (xs, n, shard) => sized.resize(xs, n, stepOf(shard)),
        };
      }),
  };
}

/** The first batches as one; none of a process without rows. */
async function joined(
  batches: AsyncIterable<LabelledBatch> | Iterable<LabelledBatch>,
  count: number,
): Promise<LabelledBatch> {
  const parts: LabelledBatch[] = [];
  if (count > 0) {
    for await (const batch of batches) if (parts.push(batch) === count) break;
  }
  if (parts.length === 1) return parts[0];
  if (parts.length === 0) return { xs: zeros([0]), ys: zeros([0]), size: 0 };
  const batch = batchOf(parts[0].weights ? 3 : 2, (i) =>
    concat(parts.map((part) => tensorsOf(part)[i])),
  );
  dispose(parts.flatMap(tensorsOf));
  return batch;
}

/** Some rows of a batch, which it disposes. */
function cutOut(batch: LabelledBatch, from: number, count: number): LabelledBatch {
  const tensors = tensorsOf(batch);
  const rows = batchOf(tensors.length, (i) => slice(tensors[i], from, count));
  dispose(tensors);
  return rows;
}

/** A batch of tensors in the order of `tensorsOf`. */
function batchOf(parts: number, make: (part: number) => Tensor): LabelledBatch {
  const [xs, ys, weights] = tidy(() => Array.from({ length: parts }, (_, i) => make(i)));
  return { xs, ys, size: xs.shape[0], ...(weights && { weights }) };
}
