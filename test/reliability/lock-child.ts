/**
 * A process that tries to get locks when its parent says so, by messages: a folder to try for, or
 * `null` to give up what it has. With the argument `no-links` its file system has no hard links.
 */
import { createRequire, syncBuiltinESMExports } from "node:module";

if (process.argv[2] === "no-links") {
  const promises = createRequire(import.meta.url)("node:fs/promises") as Record<string, unknown>;
  promises.link = () => Promise.reject(Object.assign(new Error("EPERM: link"), { code: "EPERM" }));
  syncBuiltinESMExports();
}
const { FolderLock } = await import("../../src/node/folder-lock.ts");

let held: Awaited<ReturnType<typeof FolderLock.take>> | undefined;
process.on("message", (folder: string | null) => {
  void (async () => {
    if (folder === null) {
      await held?.release();
      held = undefined;
      process.send!("released");
      return;
    }
    held = await FolderLock.take("test", folder).catch((error: unknown) => {
      if ((error as Error).message.includes("for this run alone")) return undefined;
      throw error;
    });
    process.send!(held ? "won" : "lost");
  })();
});
process.send!("ready");
