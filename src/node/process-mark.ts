import { createHash } from "node:crypto";
import { readFile, readlink } from "node:fs/promises";
import { hostname, networkInterfaces } from "node:os";
import { errorCode } from "./file-errors.ts";

/** What tells a process from every other that ever ran, as far as the system says. */
export interface ProcessMark {
  readonly pid: number;
  /** When it began, in ticks since the machine did: tells it from a later one with its number. */
  readonly started?: string;
  /**
   * Where its number means it: this start of this machine, and there this set of process numbers,
   * which a container has of its own. Not the host's name, which several containers may share.
   */
  readonly space?: string;
}

let own: Promise<ProcessMark> | undefined;

/** The mark of this process. */
export function ownMark(): Promise<ProcessMark> {
  own ??= (async () => {
    const [fields, space] = await Promise.all([fieldsOf("self"), spaceOfSelf()]);
    return { pid: process.pid, started: fields?.started, space };
  })();
  return own;
}

/** Whether the process of a mark has ended; `undefined` where nobody here can know. */
export async function hasEnded({ pid, started, space }: ProcessMark): Promise<boolean | undefined> {
  const mine = await ownMark();
  // Also where either side does not know its own.
  if (space === undefined || space !== mine.space) return undefined;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) === "ESRCH") return true;
    // EPERM: it is there, but somebody else's.
  }
  const now = await fieldsOf(String(pid));
  // Killed, and its parent has not asked for it yet.
  if (now?.state === "Z" || now?.state === "X") return true;
  // A system without /proc, or one that hides other people's processes, does not tell.
  return started === undefined || now === undefined ? undefined : now.started !== started;
}

/** What the system says of a process, if it does. */
async function fieldsOf(process: string): Promise<{ state: string; started: string } | undefined> {
  const line = await readFile(`/proc/${process}/stat`, "utf8").catch(() => undefined);
  // The second field, the name in parentheses, may hold spaces.
  const fields = line?.slice(line.lastIndexOf(")") + 2).split(" ");
  return fields && { state: fields[0], started: fields[19] };
}

async function spaceOfSelf(): Promise<string | undefined> {
  const parts = process.platform === "linux" ? await linuxSpace() : machine();
  return parts && createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 12);
}

async function linuxSpace(): Promise<string[] | undefined> {
  try {
    const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8");
    const numbers = await readlink("/proc/self/ns/pid");
    // Processes may count time differently, too; older kernels do not know of it.
    const clock = await readlink("/proc/self/ns/time").catch(() => "");
    return [boot.trim(), numbers, clock];
  } catch {
    return undefined;
  }
}

/** A machine without containers of its own: its name and the addresses of its network cards. */
function machine(): string[] | undefined {
  const addresses = Object.values(networkInterfaces())
    .flatMap((cards) => cards ?? [])
    .filter(({ internal }) => !internal)
    .map(({ mac }) => mac);
  return addresses.length > 0 ? [hostname(), ...new Set(addresses.sort())] : undefined;
}
