import { check, describe, isArray } from "../../checks.ts";
import { reader } from "../../options.ts";
import type { ImageSizes } from "./feed.ts";

/** Larger ones are a mistake. */
const MAX_SIZE = 4096;

/** Reads the sizes of a phase's images, which may be one, or left out. */
export const imageSize = () =>
  reader({ optional: true }, (value, subject, name): ImageSizes => {
    let last = 0;
    return Array.from<unknown>(isArray(value) ? value : [[value, 1]]).map((entry) => {
      const [pixels, share]: unknown[] = isArray(entry) ? Array.from(entry) : [];
      check(
        isWithin(pixels, 1, MAX_SIZE) &&
          Number.isInteger(pixels) &&
          isWithin(share, 0, 1) &&
          share > last,
        subject,
        `${name} to be whole pixels in 1..${MAX_SIZE}, or such with rising shares of the steps, up to 1`,
        describe(value),
        "pass e.g. 24, or [[20, 0.35], [24, 0.65]]",
      );
      last = share;
      return [pixels, share] as const;
    });
  });

const isWithin = (value: unknown, least: number, most: number): value is number =>
  typeof value === "number" && value >= least && value <= most;
