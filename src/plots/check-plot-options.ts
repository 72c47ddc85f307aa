import { check, checkOptions, describe } from "../checks.ts";

/** Checks the names of a picture's options, and the title, which all of them have. */
export function checkPlotOptions(
  subject: string,
  options: { readonly title?: string },
  known: readonly string[],
): void {
  checkOptions(subject, options, known);
  const title: unknown = options.title;
  check(
    title === undefined || typeof title === "string",
    subject,
    "title to be a text",
    describe(title),
    "pass a string, or leave it out",
  );
}
