import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const BENCH = fileURLToPath(new URL("../bench/stream.bench.ts", import.meta.url));

/** By how many megabytes a process grows that trains on so many pictures of 224 x 224 and measures them. */
export async function streamGrowth(pictures: number): Promise<number> {
  const args = ["--import", "tsx", BENCH, "--pictures", String(pictures)];
  // It ends by itself: threads that stayed would keep it.
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return (JSON.parse(stdout) as { growthMegabytes: number }).growthMegabytes;
}
