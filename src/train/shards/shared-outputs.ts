/** What a model gives for data, each process asking it about every so many-th batch. */
import type { LabelledBatch, ModelCall, Feed } from "../feed/feed.ts";
import { outputsOf, plainViews } from "../outputs.ts";
import { abortIfAny, type Agreed } from "./agreement.ts";

/** The outputs for all batches of the first epoch of a feed, the same in every process. */
export async function* sharedOutputs(
  call: ModelCall,
  feed: Feed,
  agreed: Pick<Agreed, "ranks" | "signal" | "abort">,
): AsyncGenerator<{ readonly batch: LabelledBatch; readonly output: Float32Array }> {
  const { ranks, signal } = agreed;
  const mine: LabelledBatch[] = [];
  const queue: Feed = {
    ...feed,
    *epoch() {
      for (let next = mine.pop(); next; next = mine.pop()) yield next;
    },
  };
  const own = outputsOf(call, queue, plainViews);
  try {
    for await (const round of roundsOf(feed, ranks.size)) {
      const batch = round[ranks.rank] as LabelledBatch | undefined;
      if (batch) mine.push(batch);
      const output = batch ? ((await own.next()).value as { output: Float32Array }).output : [];
      const columns = batch ? output.length / batch.size : 0;
      const words = await ranks.meet("validation", { value: columns, isAborted: signal?.aborted });
      abortIfAny(agreed, words);
      // A process without a batch at the end has none, all others as many.
      const width = Math.max(...words.map(({ value }) => value));
      const longest = Math.max(...round.map(({ size }) => size)) * width;
      const padded = new Float32Array(longest);
      padded.set(output);
      const all = await ranks.numbers(padded);
      for (const [i, each] of round.entries()) {
        yield { batch: each, output: all.slice(i * longest, i * longest + each.size * width) };
      }
    }
  } finally {
    await own.return(undefined);
  }
}

/** The batches in rounds of so many. */
async function* roundsOf(feed: Feed, count: number): AsyncGenerator<LabelledBatch[]> {
  let round: LabelledBatch[] = [];
  for await (const batch of feed.epoch(0)) {
    if (round.push(batch) < count) continue;
    yield round;
    round = [];
  }
  if (round.length > 0) yield round;
}
