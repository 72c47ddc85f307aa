import { sampleOf } from "./identity.ts";
import type { ImageStream } from "../../dataset/image-stream.ts";
import type { Feed, FeedUse, LabelledBatch, ModelCall } from "./feed.ts";
import { setFeed } from "./flow-feed.ts";

/** Bytes of images that are loaded ahead of a step, beyond those of the next one. */
const AHEAD_BYTES = 2 ** 26;

/**
 * A stream of images: the flow of a set of which those images are there that the flow says it needs. Those
 * of the next batches are loaded meanwhile.
 */
export function streamFeed(call: ModelCall, stream: ImageStream, use: FeedUse): Feed {
  let shown: ReadonlyMap<number, Uint8Array> = new Map();
  const set = stream.window((index) => shown.get(index));
  const feed = setFeed(call, set, use);
  const steps = feed.steps!;
  // Of a flow that does not say it, the window refuses what it reads.
  const needs = feed.needs ?? (() => new Int32Array());
  /** By the number of the step, counted through all epochs. Behind one epoch nobody knows of another. */
  const loading = new Map<number, Promise<Map<number, Uint8Array>>>();
  let close: (() => Promise<void>) | undefined;

  const load = async (indices: Int32Array): Promise<Map<number, Uint8Array>> => {
    const different = [...new Set(indices)];
    const pixels = await Promise.all(different.map((index) => stream.pixels(index)));
    return new Map(different.map((index, i) => [index, pixels[i]]));
  };
  const loadAhead = (epoch: number, step: number): void => {
    const first = epoch * steps;
    let bytes = 0;
    let to = step;
    for (; to < steps && (to <= step + 1 || bytes < AHEAD_BYTES); to++) {
      const wanted = needs(epoch, to);
      bytes += wanted.length * stream.imageSize;
      if (loading.has(first + to)) continue;
      const pictures = load(wanted);
      // Told when its turn comes, which may be never.
      pictures.catch(() => undefined);
      loading.set(first + to, pictures);
    }
    for (const key of loading.keys()) {
      if (key < first + step || key >= first + to) loading.delete(key);
    }
  };
  return {
    ...feed,
    identity: async () => ({
      data: await stream.identity(),
      augmentation:
        use.purpose === "training" && use.augmentation
          ? await sampleOf(
              use.augmentation.flow(stream.standIn(), { shuffle: false, seed: use.seed }),
            )
          : null,
    }),
    async *epoch(index, from = 0) {
      close ??= stream.open();
      const batches = feed.epoch(index, from) as Iterable<LabelledBatch>;
      const each = batches[Symbol.iterator]();
      for (let step = from; step < steps; step++) {
        loadAhead(index, step);
        shown = await loading.get(index * steps + step)!;
        yield each.next().value as LabelledBatch;
      }
    },
    async close() {
      loading.clear();
      shown = new Map();
      await close?.();
      close = undefined;
    },
  };
}
