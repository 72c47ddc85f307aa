/** Flags with which Node takes a program as a text: they, and the text, are of one process alone. */
const WITH_TEXT = /^(-e|--eval|-p|--print|-pe)$/;
/** Flags that no second process with a program of its own can have, or should. */
const OWN = /^(--input-type|--watch|--watch-path|--test)(=|$)/;

/** The flags of a process as far as its workers can have them: loaders and limits, say. */
export function workerFlags(flags: readonly string[]): string[] {
  return flags.filter(
    (flag, i) => !WITH_TEXT.test(flag) && !WITH_TEXT.test(flags[i - 1] ?? "") && !OWN.test(flag),
  );
}
