import { messageOf } from "../../text/describe.ts";
import { SourceError, withOwnErrors } from "../../errors.ts";
import { checkBrowser } from "./check-browser.ts";
import type { StoredFiles } from "./stored-files.ts";

/**
 * Opens a folder in the browser's storage: in the origin private file system or, where there is
 * none, in IndexedDB. One browser always gives the same kind, in pages and in Workers. What tabs that
 * were killed left there is removed.
 */
export async function openFiles(subject: string, path: readonly string[]): Promise<StoredFiles> {
  return explainStorageErrors(subject, `${path.join("/")} in the browser's storage`, async () => {
    checkBrowser(subject);
    const full = ["cifar-kit", ...path];
    const { OpfsFiles } = await import("./opfs-files.ts");
    const files = await OpfsFiles.open(full);
    if (files) {
      // What cannot be cleared away is no reason to fail.
      await files.sweep().catch(() => undefined);
      return files;
    }
    const { IndexedDbFiles } = await import("./indexeddb-files.ts");
    return IndexedDbFiles.open(full);
  });
}

const REMEDIES: Readonly<Record<string, string>> = {
  QuotaExceededError:
    "free some space on the device, or delete what this site keeps (in the browser's settings)",
  SecurityError:
    "allow this site to keep data, and Workers from blob: addresses (worker-src) in its policy",
  NoModificationAllowedError: "close the other tabs that write it",
  NotFoundError: "begin anew: it was never there, or somebody deleted what this site keeps",
};

/** Does something with the storage; errors say what failed, why, and what to do. */
export async function explainStorageErrors<T>(
  subject: string,
  what: string,
  action: () => Promise<T>,
): Promise<T> {
  return withOwnErrors(action, (cause) => {
    const { name = "Error" } = Object(cause) as Partial<DOMException>;
    const message = messageOf(cause);
    const isFull = name === "QuotaExceededError";
    return new SourceError({
      subject,
      expected: `to use ${what}`,
      got: isFull ? `no room left for this site (${message})` : `${name} (${message})`,
      remedy: REMEDIES[name] ?? "use a window that is not private, or another browser",
      cause,
    });
  });
}
