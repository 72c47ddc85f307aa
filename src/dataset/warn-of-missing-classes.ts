/**
 * What is not trained on cannot be recognised, and of what is not validated nobody hears how well it
 * is: both are said by the names of the classes.
 */
import { listed } from "../text/listed.ts";
import { warnOnce } from "../runtime/warn.ts";
import { normalName } from "../text/compare-text.ts";
import type { ImageSet } from "./image-set.ts";

/** Images as far as their classes go. */
type Labelled = Pick<ImageSet, "labels" | "classNames">;

/** Names the classes of a set that one of its two parts lacks though it has images enough. */
export function warnOfMissingClasses(
  subject: string,
  set: Labelled,
  { train, validation }: { readonly train: Labelled; readonly validation: Labelled },
): void {
  const [all, trained, validated] = [set, train, validation].map(countsOf);
  const untrained = namesOf(set, (label) => all[label] > 0 && trained[label] === 0);
  const unmeasured = namesOf(set, (label) => all[label] > 1 && validated[label] === 0);
  if (untrained !== "") warnOnce(set, withoutTraining(subject, untrained));
  if (unmeasured !== "") {
    warnOnce(
      set,
      `${subject}: the validation has no image of: ${unmeasured}. Pass more images, or a larger part ` +
        "for validation, to see how well it is recognised.",
    );
  }
}

/** The same of validation images that were made apart, which may not even have the same classes. */
export function warnOfOtherClasses(subject: string, train: Labelled, validation: Labelled): void {
  const [names, others] = [train, validation].map(({ classNames }) =>
    JSON.stringify(classNames.map(normalName)),
  );
  if (names !== others) {
    warnOnce(
      validation,
      `${subject}: the classes of the validation are not those of the training, or not in this order. ` +
        "Labels are compared by their numbers: give both the same classNames.",
    );
    return;
  }
  const [trained, validated] = [train, validation].map(countsOf);
  const untrained = namesOf(train, (label) => validated[label] > 0 && trained[label] === 0);
  if (untrained !== "") warnOnce(train, withoutTraining(subject, untrained));
}

const withoutTraining = (subject: string, names: string): string =>
  `${subject}: there is no image to train on of: ${names}. The model cannot learn what it never ` +
  "sees: pass more images of it, or a smaller part for validation.";

function namesOf({ classNames }: Labelled, isMissing: (label: number) => boolean): string {
  return listed(
    classNames.filter((_, label) => isMissing(label)),
    8,
  );
}

function countsOf({ labels, classNames }: Labelled): number[] {
  const counts = classNames.map(() => 0);
  for (const label of labels) counts[label]++;
  return counts;
}
