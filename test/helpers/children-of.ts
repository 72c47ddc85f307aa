import { existsSync, readdirSync, readFileSync } from "node:fs";

/** The processes whose parent is this one, as Linux tells. */
export function childrenOf(pid: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === String(pid))
    .map(Number);
}

function parentOf(child: string): string | undefined {
  const file = `/proc/${child}/stat`;
  try {
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[1];
  } catch {
    // It has just ended.
    return undefined;
  }
}
