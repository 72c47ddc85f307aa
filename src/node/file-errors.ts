/** What the file system's errors become: which file, why, and what to do. */
import { SourceError, withOwnErrors } from "../errors.ts";
import { messageOf } from "../text/describe.ts";

/** The code of a system error, e.g. `"ENOENT"`; empty for other errors. */
export function errorCode(error: unknown): string {
  const { code } = Object(error) as Partial<NodeJS.ErrnoException>;
  return typeof code === "string" ? code : "";
}

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: "free some space on the disk",
  EDQUOT: "free some space within your quota",
  EACCES: "choose a folder that you may read and write",
  EPERM: "choose a folder that you may read and write",
  EROFS: "choose a folder on a disk that can be written",
};

/** What helps where a file or its folder cannot be written. */
function writingRemedy(error: unknown): string {
  return REMEDIES[errorCode(error)] ?? "choose another path, or look after the disk";
}

/** What helps where a file or a folder cannot be read: `remedy`, if it is not that it may not be. */
function readingRemedy(error: unknown, remedy: string): string {
  return ["EACCES", "EPERM"].includes(errorCode(error)) ? "allow this process to read it" : remedy;
}

/**
 * Does something with files; what the system throws is told in the library's words.
 * @param remedy what helps where it cannot be read; left out where it is to be written.
 * @param got what there is instead; default what the system says.
 */
export async function explainFileErrors<T>(
  { subject, expected, remedy }: { subject: string; expected: string; remedy?: string },
  action: () => Promise<T>,
  got: (cause: unknown) => string | Promise<string> = messageOf,
): Promise<T> {
  return withOwnErrors(
    action,
    async (cause) =>
      new SourceError({
        subject,
        expected,
        got: await got(cause),
        remedy: remedy === undefined ? writingRemedy(cause) : readingRemedy(cause, remedy),
        cause,
      }),
  );
}
