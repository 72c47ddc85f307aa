/** Pictures that are decoded at the same time: enough to keep a few cores busy. */
const AT_ONCE = 8;
/** Pixels of these pictures together, some 200 MB; a picture that has more is decoded alone. */
const MAX_PIXELS_AT_ONCE = 2 ** 26;

/** Waits until there is room for a picture of this size. */
type Start = (size?: { readonly width: number; readonly height: number }) => Promise<void>;

/**
 * Calls `use` for every item, several at a time. `use` calls `start` before it takes memory for
 * pixels and is done with them when it returns.
 */
export async function forEachPicture<T>(
  items: readonly T[],
  use: (item: T, index: number, start: Start) => Promise<void>,
): Promise<void> {
  let next = 0;
  let inFlight = 0;
  const waiting: (() => void)[] = [];

  const work = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      let pixels = 0;
      const start: Start = async (size) => {
        const needed = size ? size.width * size.height : 0;
        while (inFlight > 0 && inFlight + needed > MAX_PIXELS_AT_ONCE) {
          await new Promise<void>((resolve) => waiting.push(resolve));
        }
        pixels = needed;
        inFlight += pixels;
      };
      try {
        await use(items[index], index, start);
      } catch (error) {
        // Nobody begins another one.
        next = items.length;
        throw error;
      } finally {
        inFlight -= pixels;
        for (const wake of waiting.splice(0)) wake();
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}
