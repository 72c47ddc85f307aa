/** Options on their way into the Worker: each `augmentation`, at whatever depth, goes as JSON. */
import {
  type Augmenter,
  type AugmenterJSON,
  describedBy,
  isAugmenter,
} from "../../augment/augmenter.ts";
import { isObject } from "../../checks.ts";

/**
 * In the page: options as a message can carry them.
 * @throws {ArgumentError} if an augmentation has functions of the user's.
 */
export function plainOptions<T>(options: T): T {
  return mapParts(options, (name, part) =>
    isAugmenter(part) ? describedBy(name, part) : plainOptions(part),
  );
}

/**
 * In the Worker: the options as they were given.
 * @param own takes the place of every augmentation.
 */
export async function fullOptions<T>(options: T, own?: Augmenter): Promise<T> {
  const found: AugmenterJSON[] = [];
  const find = (part: unknown): unknown =>
    mapParts(part, (name, inner) => {
      if (name !== "augmentation" || inner === undefined) return find(inner);
      found.push(inner as AugmenterJSON);
      return inner;
    });
  find(options);
  if (found.length === 0) return options;
  // Loaded with the first augmentation that comes.
  const { augmenterFromJSON } = await import("../../augment/augmenter-from-json.ts");
  const revive = (part: unknown): unknown =>
    mapParts(part, (name, inner) =>
      name === "augmentation" && inner !== undefined
        ? (own ?? augmenterFromJSON(inner as AugmenterJSON))
        : revive(inner),
    );
  return revive(options) as T;
}

/** A copy of a list or a plain object whose parts are replaced; anything else is given back. */
function mapParts<T>(value: T, change: (name: string, part: unknown) => unknown): T {
  if (Array.isArray(value)) return value.map((part, i) => change(String(i), part)) as T;
  if (!isObject(value) || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, change(name, part)]),
  ) as T;
}
