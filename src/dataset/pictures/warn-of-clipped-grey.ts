import { warn } from "../../runtime/warn.ts";

/** Says which pictures lost what they had in more than 8 bits. */
export function warnOfClippedGrey(subject: string, pictures: string): void {
  warn(
    `${subject}: grey of 16 bits is cut off at 255, which is white, as in Pillow, in ${pictures}. ` +
      "Divide the values first if they should not be.",
  );
}
