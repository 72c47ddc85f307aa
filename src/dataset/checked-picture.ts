import { check, checkInteger, describe } from "../checks.ts";
import { asBytes } from "../bytes/bytes.ts";
import type { Pixels } from "./resample.ts";

/** The parts of a picture, its bytes in the one container that the rest is written for. */
export function checkedPicture(
  subject: string,
  picture: Pixels,
): Required<Pixels> & { readonly data: Uint8Array } {
  const { data, width, height, channels = 4 } = Object(picture) as Pixels;
  checkInteger(subject, "width", width, { min: 1 });
  checkInteger(subject, "height", height, { min: 1 });
  checkInteger(subject, "channels", channels, { min: 1, max: 4 });
  const size = width * height * channels;
  const bytes = asBytes(data);
  check(
    bytes?.length === size,
    subject,
    `data to be ${size} bytes for ${height} x ${width} x ${channels}`,
    describe(data),
    "pass the decoded pixels",
  );
  return { data: bytes, width, height, channels };
}
