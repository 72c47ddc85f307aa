import type { Flow } from "../../augment/flow.ts";
import { warnOnce } from "../../runtime/warn.ts";

/** So many images in the order of the set do not happen by chance. */
const ENOUGH = 16;

/** Says once of a flow that it shuffles, so that what is predicted of it comes in another order than its set. */
export function warnOfShuffle(subject: string, flow: Flow): void {
  const batches = Math.min(flow.length, Math.ceil(ENOUGH / flow.batchSize));
  const found = Array.from({ length: batches }, (_, i) =>
    Array.from(flow.batch(0, i).indices ?? []),
  );
  const images = found.flat();
  if (images.every((image, i) => i === 0 || image >= images[i - 1])) return;
  warnOnce(
    flow,
    `${subject}: the flow shuffles, so the predictions come in another order than the images of its set. ` +
      "Make it with flow(set, { shuffle: false }), or pass the set itself.",
  );
}
