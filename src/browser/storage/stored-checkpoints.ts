import { openStore } from "../../train/checkpoint/checkpoint-files.ts";
import type { OpenCheckpointStore } from "../../train/checkpoint/checkpoint-store.ts";
import { checkBrowser } from "./check-browser.ts";
import { explainStorageErrors, openFiles } from "./open-files.ts";
import { WebLock } from "./web-lock.ts";

/** Claims the checkpoints of one run in the browser's storage, which no other run uses meanwhile. */
export async function openStoredCheckpoints(
  subject: string,
  name: string,
): Promise<OpenCheckpointStore> {
  checkBrowser(subject);
  const lock = await WebLock.take(subject, `checkpoints/${name}`, `the store "${name}"`);
  try {
    const files = await openFiles(subject, ["checkpoints", name]);
    const { location } = files;
    return openStore(subject, {
      location,
      list: () => files.list(),
      async read(name) {
        const bytes = await files.read(name);
        if (!bytes) throw new DOMException("no such checkpoint", "NotFoundError");
        return bytes;
      },
      write: (name, bytes) => files.write(name, bytes),
      remove: (name) => files.remove(name),
      rename: (name, newName) => files.rename(name, newName),
      loss: () =>
        Promise.resolve(
          lock.isHeld
            ? undefined
            : { got: "another run that took it by force", remedy: "end one of the two" },
        ),
      close() {
        files.close();
        return lock.release();
      },
      explain: (_, name, action) =>
        explainStorageErrors(subject, [location, name].filter(Boolean).join("/"), action),
    });
  } catch (error) {
    await lock.release();
    throw error;
  }
}
