import { SourceError } from "../../errors.ts";

/** Throws where there is no browser that could keep anything. */
export function checkBrowser(subject: string): void {
  if (typeof navigator === "object" && typeof indexedDB === "object") return;
  throw new SourceError({
    subject,
    expected: "a browser, which keeps files",
    got: "none",
    remedy: "use what cifar-kit/node has for files",
  });
}
