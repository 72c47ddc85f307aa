/** MPI's shared library, whoever has made it. */
import type * as Koffi from "koffi";
import { SourceError } from "../errors.ts";
import { messageOf } from "../text/describe.ts";

/** Names of the library by who makes it, of which the first that is there is taken. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  OMPI_COMM_WORLD_SIZE: ["libmpi.so.40", "libmpi.so.20", "libmpi.40.dylib"],
  PMI_RANK: ["libmpi_abi.so.0", "libmpi.so.12", "libmpich.so.12", "libmpi.12.dylib"],
};
/** RTLD_LAZY, everywhere. */
const LAZY = 1;
const OTHERS = ["libmpi.so", "libmpi.dylib"];

/**
 * Loads it, that of the launcher first.
 * @param library its path, if it is said.
 */
export async function loadLibrary(
  subject: string,
  library?: string,
): Promise<{ readonly name: string; readonly library: Koffi.LibraryHandle }> {
  const { load } = await koffi(subject);
  // Taken hold of once more, or it would be gone at the end of the process before its own last functions.
  const hold =
    process.platform === "win32" ? undefined : load(null).func("dlopen", "void *", ["str", "int"]);
  const launchers = Object.keys(NAMES).sort(
    (a, b) => Number(b in process.env) - Number(a in process.env),
  );
  const names = library ? [library] : [...launchers.flatMap((name) => NAMES[name]), ...OTHERS];
  let reason = "";
  for (const name of names) {
    try {
      // Its own plugins look for its symbols.
      const loaded = load(name, { global: true });
      hold?.(name, LAZY);
      return { name, library: loaded };
    } catch (cause) {
      reason ||= messageOf(cause);
    }
  }
  throw new SourceError({
    subject,
    expected: `MPI's library, ${names.slice(0, 3).join(", ")} or the like`,
    got: reason,
    remedy: "install e.g. Debian's openmpi-bin, or pass its path as library",
  });
}

async function koffi(subject: string): Promise<typeof Koffi> {
  try {
    return await import("koffi");
  } catch (cause) {
    throw new SourceError({
      subject,
      expected: "the package koffi, by which Node calls MPI",
      got: messageOf(cause),
      remedy: "npm install koffi",
      cause,
    });
  }
}
