import type { Augmenter } from "../../augment/augmenter.ts";
import { attempt } from "../../checks.ts";
import type { ImageSet } from "../../dataset/image-set.ts";
import { warnOnce } from "../../runtime/warn.ts";
import { standardizedImage } from "./standardized.ts";

/** More than two ways of scaling a byte to [0, 1] differ by. */
const NOTHING = 1e-5;

/** Says once that images are measured as they are though an augmentation trains on standardised ones. */
export function warnOfPlainValidation(
  subject: string,
  validation: ImageSet,
  augmentation: Augmenter,
): void {
  const plain = validation.image(0);
  const seen = attempt(() => standardizedImage(augmentation, validation, 0));
  if (!seen?.some((value, i) => Math.abs(value - plain[i] / 255) > NOTHING)) return;
  warnOnce(
    validation,
    `${subject}: the augmentation standardises the images to train on, while those of validation are ` +
      "scaled to [0, 1] only. To measure what the model learns, pass validation: " +
      "generator.flow(validation, { shuffle: false }).",
  );
}
