import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { check, describe } from "../checks.ts";
import { isPath } from "./is-path.ts";

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

/**
 * The folder that a user names, or else the default.
 * @throws {ArgumentError} if it is no path.
 */
export function checkedCacheDir(subject: string, cacheDir: unknown = defaultCacheDir()): string {
  check(
    isPath(cacheDir),
    subject,
    "cacheDir, or the environment variable CIFAR_KIT_CACHE, to be the path of a folder",
    describe(cacheDir),
    "pass a path or leave it out",
  );
  return cacheDir;
}
