import { spawnSync } from "node:child_process";
import { ownMark } from "../../src/node/process-mark.ts";

/** The number of a process that has just ended. */
export const deadPid = (): number => spawnSync(process.execPath, ["-e", ""]).pid;

/** What a process of this machine would call `name` until it is finished; by default one that has ended. */
export async function temporaryOf(name: string, pid = deadPid(), started = "5"): Promise<string> {
  return `.cifar-kit-${name}-${pid}.${started}.${(await ownMark()).space}.0123abcd.tmp`;
}
