import { check, describe, isListOf, isText } from "../checks.ts";
import { listed } from "../text/listed.ts";

/** Which of some labelled samples are of these classes, and their labels, counted through the names. */
export function withClasses(
  subject: string,
  { labels, classNames }: { labels: Uint8Array | Int32Array; classNames: readonly string[] },
  names: readonly string[],
): { readonly chosen: number[]; readonly labels: Int32Array } {
  check(
    isListOf(names, isText) && names.length > 0 && new Set(names).size === names.length,
    subject,
    "a list of different names of classes",
    describe(names),
    "pass e.g. set.classNames.slice(0, 2)",
  );
  const stray = names.find((name) => !classNames.includes(name));
  check(
    stray === undefined,
    subject,
    `names out of ${listed(classNames, 20)}`,
    describe(stray),
    "correct the name",
  );
  const newLabels = classNames.map((name) => names.indexOf(name));
  const chosen = [...labels.keys()].filter((i) => newLabels[labels[i]] >= 0);
  return { chosen, labels: Int32Array.from(chosen, (i) => newLabels[labels[i]]) };
}
