import { DataError } from "../errors.ts";

/** A typed array, to be made with a length. */
interface ArrayType<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): T;
}

/** What an array is for, in the words of its user. */
interface Purpose {
  /** The public name that was called. */
  readonly subject: string;
  /** What goes in, e.g. `"100 images of 32 x 32 x 3"`. */
  readonly what: string;
  /** How to get by with less, as an imperative sentence without its full stop. */
  readonly remedy: string;
}

/**
 * `new Type(length)` for lengths that come from data.
 * @throws {DataError} with the bytes needed, if that is more than one array or the memory can hold.
 */
export function allocate<T>(Type: ArrayType<T>, length: number, purpose: Purpose): T {
  try {
    return new Type(length);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const { subject, what, remedy } = purpose;
    const bytes = length * Type.BYTES_PER_ELEMENT;
    throw new DataError({
      subject,
      expected: `memory for ${what}: ${bytes} bytes (${(bytes / 1e9).toFixed(1)} GB) in one piece`,
      got: `"${cause.message}"`,
      remedy,
      cause,
    });
  }
}
