import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { defaultCacheDir } from "../../src/node/cache-dir.ts";

describe("defaultCacheDir", () => {
  it("follows each platform's custom, and the environment before it", () => {
    const home = join("/home", "ada");
    expect(defaultCacheDir({}, "linux", home)).toBe(join(home, ".cache", "cifar-kit"));
    expect(defaultCacheDir({}, "darwin", home)).toBe(join(home, "Library", "Caches", "cifar-kit"));
    expect(defaultCacheDir({ LOCALAPPDATA: "local" }, "win32", home)).toBe(
      join("local", "cifar-kit", "Cache"),
    );
    expect(defaultCacheDir({}, "win32", home)).toBe(
      join(home, "AppData", "Local", "cifar-kit", "Cache"),
    );
    expect(defaultCacheDir({ XDG_CACHE_HOME: "/xdg" }, "linux", home)).toBe(
      join("/xdg", "cifar-kit"),
    );
    expect(defaultCacheDir({ XDG_CACHE_HOME: "~/xdg" }, "linux", home)).toBe(
      join(home, ".cache", "cifar-kit"),
    );
    expect(defaultCacheDir({ CIFAR_KIT_CACHE: "/own", XDG_CACHE_HOME: "/xdg" })).toBe("/own");
  });
});
