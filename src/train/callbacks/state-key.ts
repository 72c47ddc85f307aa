/** Options that change what is printed or where to, not what a callback remembers. */
const OUTWARD = ["verbose", "output"];

/**
 * The `stateKey` of a callback of this library: its kind and the options that it was given, e.g.
 * `reduceLROnPlateau({"factor":0.5,"patience":2})`.
 */
export function stateKey(kind: string, options: object): string {
  const given = Object.entries(options)
    .filter(
      ([name, value]) =>
        !OUTWARD.includes(name) && value !== undefined && typeof value !== "function",
    )
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `${kind}(${given.length > 0 ? JSON.stringify(Object.fromEntries(given)) : ""})`;
}
