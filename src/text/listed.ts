/** `a, b, c and 4 more`: the first `most` of some names; those left are counted. */
export function listed(names: readonly string[], most: number): string {
  const left = names.length - most;
  return names.slice(0, most).join(", ") + (left > 0 ? ` and ${left} more` : "");
}
