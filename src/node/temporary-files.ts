import { createHash, randomUUID } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { hasEnded, ownMark } from "./process-mark.ts";

/** Names of files and folders that are being written, so that leftovers can be told from data. */
const TEMPORARY = /^\.cifar-kit-(.*\.tmp$|fetch-|font-)/s;
/** Which file it is to become, and which process writes it. */
const MARKED = /^\.cifar-kit-(.*)-(\d+)\.(\d*)\.([0-9a-f]*)\.[0-9a-f]{8}(?:\.tmp|-\w+)$/s;
/** Longer names are shortened: a file system's limit is mostly 255 bytes. */
const MAX_BYTES = 160;
/** After so long without a change, a file whose writer nobody can ask counts as left over. */
const LEFTOVER_AGE_MS = 24 * 60 * 60 * 1000;

/** A path beside `path` for a file that is not finished. Its name says which process writes it. */
export async function temporaryPath(path: string): Promise<string> {
  return join(dirname(path), `${await temporaryStem(basename(path))}.tmp`);
}

/** What a temporary file's or folder's name begins with; unlike any other. */
export async function temporaryStem(name: string): Promise<string> {
  const { pid, started = "", space = "" } = await ownMark();
  const unique = randomUUID().slice(0, 8);
  return `.cifar-kit-${shortened(name)}-${pid}.${started}.${space}.${unique}`;
}

/** Whether a name is one of {@link temporaryPath}; with `of`, one for that file. */
export function isTemporary(fileName: string, of?: string): boolean {
  if (of === undefined) return TEMPORARY.test(fileName);
  return MARKED.exec(fileName)?.[1] === shortened(of);
}

/** Whether the process that writes a temporary file has ended; `undefined` where nobody knows. */
export async function isWriterGone(fileName: string): Promise<boolean | undefined> {
  const marked = MARKED.exec(fileName);
  if (!marked) return undefined;
  const [, , pid, started, space] = marked;
  return hasEnded({
    pid: Number(pid),
    started: started || undefined,
    space: space || undefined,
  });
}

/** Those of the names in a folder that are temporary ones for `of`, unless their writers are gone. */
export async function unfinished(names: readonly string[], of: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of names) {
    if (isTemporary(name, of) && (await isWriterGone(name)) !== true) found.push(name);
  }
  return found;
}

/**
 * Removes what writers that are gone have left in a folder.
 * @param now the time by the file system's clock; a writer that cannot be asked has a day.
 */
export function sweepLeftovers(folder: string, now: number): Promise<void> {
  return sweep(
    folder,
    async (name) => (await isWriterGone(name)) ?? (await isOld(join(folder, name), now)),
  );
}

/** Removes temporary files. What cannot be removed stays: no reason to fail. */
export async function sweep(
  folder: string,
  isLeftover: (name: string) => Promise<boolean>,
): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!isTemporary(name) || !(await isLeftover(name))) continue;
    await rm(join(folder, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

async function isOld(path: string, now: number): Promise<boolean> {
  const modified = (await stat(path).catch(() => undefined))?.mtimeMs ?? now;
  return now - modified > LEFTOVER_AGE_MS;
}

function shortened(name: string): string {
  if (Buffer.byteLength(name) <= MAX_BYTES) return name;
  return createHash("sha256").update(name).digest("hex").slice(0, 32);
}
