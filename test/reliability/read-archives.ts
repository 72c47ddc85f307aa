// Reads archives as the sources of node/ do: the first argument is a JSON list of the files to take
// out and their sizes, the others are paths. Prints for each of them how it ended and how long it
// took, and the most memory that the process had, in bytes.
import { CifarKitError } from "../../src/errors.ts";
import { gunzipFile } from "../../src/node/gunzip.ts";
import { readTar } from "../../src/node/tar.ts";

/** The limit of CIFAR-10's own archive: a little more than it holds. */
const MOST_BYTES = 184_400_000 + 65_536;

const ends: { path: string; end: string; ms: number }[] = [];
const [wanted, ...paths] = process.argv.slice(2);
const files = new Map(JSON.parse(wanted) as [string, number][]);
for (const path of paths) {
  const began = performance.now();
  let end = "read";
  try {
    for await (const { name } of readTar(gunzipFile(path, MOST_BYTES), files)) files.has(name);
  } catch (error) {
    end = error instanceof CifarKitError ? "refused" : `failed: ${String(error)}`;
  }
  ends.push({ path, end, ms: performance.now() - began });
}
// maxRSS counts in KiB.
console.log(JSON.stringify({ ends, peakBytes: process.resourceUsage().maxRSS * 1024 }));
