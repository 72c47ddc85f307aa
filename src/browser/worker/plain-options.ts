/** Options on their way into the Worker: an augmenter, at whatever depth, goes as JSON. */
import {
  type Augmenter,
  type AugmenterJSON,
  describedBy,
  isAugmenter,
} from "../../augment/augmenter.ts";
import { isObject } from "../../checks.ts";

/** What stands for an augmenter in a message. */
interface Marked {
  readonly $augmenter: AugmenterJSON;
}

/**
 * In the page: options as a message can carry them.
 * @throws {ArgumentError} if an augmentation has functions of the user's.
 */
export function plainOptions<T>(options: T): T {
  return mapParts(options, (name, part) =>
    isAugmenter(part)
      ? ({ $augmenter: describedBy(name, part) } satisfies Marked)
      : plainOptions(part),
  );
}

/**
 * In the Worker: the options as they were given.
 * @param own takes the place of every augmenter.
 */
export async function fullOptions<T>(options: T, own?: Augmenter): Promise<T> {
  if (own) return withAugmenters(options, () => own);
  let hasAny = false;
  withAugmenters(options, () => {
    hasAny = true;
  });
  if (!hasAny) return options;
  // Loaded with the first augmentation that comes.
  const { augmenterFromJSON } = await import("../../augment/augmenter-from-json.ts");
  return withAugmenters(options, augmenterFromJSON);
}

function withAugmenters<T>(options: T, make: (json: AugmenterJSON) => unknown): T {
  return mapParts(options, (_, part) =>
    isObject(part) && "$augmenter" in part
      ? make((part as Marked).$augmenter)
      : withAugmenters(part, make),
  );
}

/** A copy of a list or a plain object whose parts are replaced; anything else is given back. */
function mapParts<T>(value: T, change: (name: string, part: unknown) => unknown): T {
  if (Array.isArray(value)) return value.map((part, i) => change(String(i), part)) as T;
  if (!isObject(value) || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, change(name, part)]),
  ) as T;
}
