/** How many bytes an entry of the built package makes a program load. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";

/** A file of `dist` and what it imports at once: chunks that are loaded on demand do not count. */
function loaded(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const imports = readFileSync(file, "utf8").matchAll(
    /^(?:import|export)\b[^"']*["'](\.[^"']+)["']|^\S.*\brequire\(["'](\.[^"']+)["']\)/gm,
  );
  for (const [, imported, required] of imports) {
    loaded(join(dirname(file), imported ?? required), seen);
  }
  return seen;
}

/** Kilobytes (1000 bytes) of an entry with all that it imports at once, each file gzipped. */
export function gzippedKilobytes(entry: string): number {
  let bytes = 0;
  for (const file of loaded(entry)) bytes += gzipSync(readFileSync(file), { level: 9 }).length;
  return bytes / 1000;
}
