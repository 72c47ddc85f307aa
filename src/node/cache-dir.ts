import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { SourceError, withOwnErrors } from "../errors.ts";
import type { Reader } from "../options.ts";
import { messageOf } from "../text/describe.ts";
import { errorCode } from "./file-errors.ts";
import { checkPath } from "./path.ts";

/**
 * The folder in which downloaded data is kept: `CIFAR_KIT_CACHE` if set, otherwise `cifar-kit` in
 * the user's cache folder (`$XDG_CACHE_HOME` or `~/.cache`; `~/Library/Caches` on macOS;
 * `%LOCALAPPDATA%` on Windows).
 */
export function defaultCacheDir(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  if (env.CIFAR_KIT_CACHE) return env.CIFAR_KIT_CACHE;
  // The specification wants others than absolute paths passed over.
  if (isAbsolute(env.XDG_CACHE_HOME ?? "")) return join(env.XDG_CACHE_HOME!, "cifar-kit");
  if (platform === "darwin") return join(home, "Library", "Caches", "cifar-kit");
  if (platform === "win32") {
    return join(env.LOCALAPPDATA ?? join(home, "AppData", "Local"), "cifar-kit", "Cache");
  }
  return join(home, ".cache", "cifar-kit");
}

/** A folder that a user names, or else the default. */
export const cacheDirOption =
  (): Reader<string> =>
  (cacheDir = defaultCacheDir(), subject, name) => {
    const what = `${name}, or the environment variable CIFAR_KIT_CACHE, to be the path of a folder`;
    checkPath(subject, cacheDir, what, "pass a path or leave it out");
    return cacheDir;
  };

/** Does something with a cache; what the system throws tells which folder cannot be used. */
export async function inCache<T>(
  subject: string,
  cacheDir: string,
  action: () => Promise<T>,
): Promise<T> {
  return withOwnErrors(action, (cause) => {
    // Only the system's errors have a code: not the network's, nor what a callback throws.
    if (errorCode(cause) === "") throw cause;
    return new SourceError({
      subject,
      expected: `a cache that can be read and written in ${cacheDir}`,
      got: messageOf(cause),
      remedy:
        "choose another folder with the environment variable CIFAR_KIT_CACHE or the option cacheDir",
      cause,
    });
  });
}
