/**
 * Iterators of tf.data read ahead (`prefetch`, `shuffle`, `flatmap`) and cannot be closed: what they
 * have read and nobody took would stay on the device for ever.
 */
import { dispose, type TensorContainer } from "@tensorflow/tfjs-core";

/** Milliseconds that {@link release} waits for elements that are still being made. */
const PATIENCE_MS = 1000;

/** The queue of an iterator of tf.data: elements, or promises of what its `next` gives. */
interface Queue {
  length(): number;
  shift(): unknown;
}

/** What the iterators of tf.data hold, each kind some of it. */
interface Parts {
  readonly buffer?: Queue;
  readonly outputQueue?: Queue;
  /** Where the elements come from. */
  readonly upstream?: unknown;
  /** The one under way of several, one after the other. */
  readonly iterator?: unknown;
  /** Those whose elements are zipped: an array or an object, perhaps nested. */
  readonly iterators?: unknown;
}

/**
 * Disposes what a tf.data iterator has read ahead. Elements that take longer than a second to be
 * made are not waited for: they are disposed when they come. Never throws.
 */
export async function release(iterator: unknown): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS);
  });
  await Promise.race([empty(iterator), patience]);
  clearTimeout(timer);
}

/** From the last iterator of a chain to the first: what is pending there asks those before it. */
async function empty(iterator: unknown): Promise<void> {
  if (typeof iterator !== "object" || iterator === null) return;
  const { buffer, outputQueue, upstream, iterator: current, iterators } = iterator as Parts;
  const results = await Promise.allSettled(drain(buffer));
  for (const result of results) {
    if (result.status !== "fulfilled") continue;
    const read = result.value as { readonly value?: TensorContainer } | undefined;
    dispose(read?.value ?? []);
  }
  // Filled by the calls that have just been waited for.
  dispose(drain(outputQueue) as TensorContainer[]);
  await empty(upstream);
  await empty(current);
  if (typeof iterators !== "object" || iterators === null) return;
  for (const inner of Object.values<unknown>(iterators as Record<string, unknown>)) {
    // Objects that are no iterators hold such.
    await empty(
      typeof (inner as { next?: unknown } | null)?.next === "function"
        ? inner
        : { iterators: inner },
    );
  }
}

function drain(queue: Queue | undefined): unknown[] {
  const elements: unknown[] = [];
  while (queue && queue.length() > 0) elements.push(queue.shift());
  return elements;
}
