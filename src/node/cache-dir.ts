import { homedir } from "node:os";
import { join } from "node:path";

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
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, "cifar-kit");
  if (platform === "darwin") return join(home, "Library", "Caches", "cifar-kit");
  if (platform === "win32") {
    return join(env.LOCALAPPDATA ?? join(home, "AppData", "Local"), "cifar-kit", "Cache");
  }
  return join(home, ".cache", "cifar-kit");
}
