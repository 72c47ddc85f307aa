import { messageOf } from "../text/describe.ts";
import { DataError } from "../errors.ts";
import { listed } from "../text/listed.ts";
import { printable } from "../text/printable.ts";

/** A file that is not in a set. */
export interface LeftOutFile {
  /** Below the data set's folder. */
  readonly path: string;
  /** Why, e.g. `"hidden"` or what is wrong with the picture. */
  readonly reason: string;
}

/** A picture that could not be decoded. */
interface BadPicture {
  readonly path: string;
  readonly cause: unknown;
}

/** What is wrong with a picture, in a few words. */
export function reasonOf(cause: unknown): string {
  // Not by the class: errors that come from another thread have none.
  const { reason } = Object(cause) as { readonly reason?: unknown };
  return typeof reason === "string" ? reason : JSON.stringify(messageOf(cause));
}

/** One error for all the pictures of a set of `count` that could not be decoded. */
export function badPicturesError(
  subject: string,
  bad: readonly BadPicture[],
  count: number,
): DataError {
  const remedy = 'or pass onBadPicture: "skip"';
  if (bad.length === 1) {
    const [{ path, cause }] = bad;
    return new DataError({
      subject,
      expected: `${printable(path)} to be an intact picture`,
      got: reasonOf(cause),
      remedy: `repair or remove the file, ${remedy}`,
      cause,
    });
  }
  return new DataError({
    subject,
    expected: `${count} intact pictures`,
    got: `${bad.length} that are not: ${listOf(bad)}`,
    remedy: `repair or remove the files, ${remedy}`,
    cause: new AggregateError(bad.map(({ path, cause }) => new Error(printable(path), { cause }))),
  });
}

/** Files that a message names; the rest is counted. */
const NAMED = 10;

/** `a.jpg (reason), b.jpg (reason) and 3 more`. */
export function listOf(bad: readonly BadPicture[]): string {
  return printable(
    listed(
      bad.map(({ path, cause }) => `${path} (${reasonOf(cause)})`),
      NAMED,
    ),
  );
}

/** `2 hidden (.a, .b), 1 named .txt (notes.txt)`: how many for each reason. */
export function countByReason(files: readonly LeftOutFile[]): string {
  const byReason = new Map<string, string[]>();
  for (const { path, reason } of files) {
    const paths = byReason.get(reason);
    if (paths) paths.push(path);
    else byReason.set(reason, [path]);
  }
  const groups = [...byReason].map(
    ([reason, paths]) => `${paths.length} ${reason} (${namesOf(paths)})`,
  );
  return printable(listed(groups, NAMED));
}

/** `a, b, c and 4 more`. */
export const namesOf = (paths: readonly string[]): string => printable(listed(paths, 3));
