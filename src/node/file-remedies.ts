import { errorCode } from "./error-code.ts";

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: "free some space on the disk",
  EDQUOT: "free some space within your quota",
  EACCES: "choose a folder that you may read and write",
  EPERM: "choose a folder that you may read and write",
  EROFS: "choose a folder on a disk that can be written",
};

/** What helps where a file or its folder cannot be written. */
export function writingRemedy(error: unknown): string {
  return REMEDIES[errorCode(error)] ?? "choose another path, or look after the disk";
}

/** What helps where a file or a folder cannot be read: `remedy`, if it is not that it may not be. */
export function readingRemedy(error: unknown, remedy: string): string {
  return ["EACCES", "EPERM"].includes(errorCode(error)) ? "allow this process to read it" : remedy;
}
