/**
 * A record whose keys are listed, and written as JSON, in the order given. Of its own accord JavaScript
 * lists keys that look like whole numbers first, ascending.
 */
export function orderedRecord<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  const record = Object.fromEntries<T>(entries);
  const keys = entries.map(([key]) => key);
  if (Object.keys(record).every((key, i) => key === keys[i])) return record;
  return new Proxy(record, {
    ownKeys: (target) => [
      ...new Set([...keys.filter((key) => Object.hasOwn(target, key)), ...Reflect.ownKeys(target)]),
    ],
  });
}
