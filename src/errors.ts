/**
 * The library's errors. All have one form, so that a reader always finds the same three answers:
 * what was expected, what came, what to do.
 *
 *     loadCifar10: expected 30730000 bytes in data_batch_1.bin, got 512; delete it and load again.
 *
 * The classes tell apart only what a caller may want to react to differently.
 */

import { printableLines } from "./text/printable.ts";
import { BRAND, isInstance } from "./brand.ts";

/** The parts of an error's message. */
export interface ErrorParts {
  /** Who complains: the public name that was called, e.g. `"loadCifar10"`. */
  readonly subject: string;
  /** What was expected, as a noun phrase. */
  readonly expected: string;
  /** What came instead. */
  readonly got: string;
  /** What to do about it, as an imperative sentence without its full stop. */
  readonly remedy: string;
  /** The lower-level error behind this one, if there is one. */
  readonly cause?: unknown;
}

/** Base class of every error that the library throws on purpose. */
export class CifarKitError extends Error {
  /** The name of the class, as it stands before the message. */
  override name = "CifarKitError";

  /** @internal So that `instanceof` also knows the errors of another copy of the package. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isInstance(this.prototype, value);
  }

  /** @internal */
  get [BRAND](): string {
    return "CifarKitError";
  }

  /** Reads "subject: expected A, got B; do C." Names in it cannot reach a terminal's controls. */
  constructor({ subject, expected, got, remedy, cause }: ErrorParts) {
    // A cause that is undefined would be printed as one.
    const options = cause === undefined ? {} : { cause };
    super(printableLines(`${subject}: expected ${expected}, got ${got}; ${remedy}.`), options);
  }
}

/** A call that can never work: an argument of the wrong type, shape or range, an unknown option. */
export class ArgumentError extends CifarKitError {
  override name = "ArgumentError";

  /** @internal */
  get [BRAND](): string {
    return "ArgumentError";
  }
}

/** Bytes that are not what they claim to be: truncated, altered, mislabelled. */
export class DataError extends CifarKitError {
  override name = "DataError";

  /** @internal */
  get [BRAND](): string {
    return "DataError";
  }
}

/** Something outside that could not be read or written: a missing file, no network, a full disk. */
export class SourceError extends CifarKitError {
  override name = "SourceError";

  /** @internal */
  get [BRAND](): string {
    return "SourceError";
  }
}

/** The active TensorFlow.js backend cannot do what was asked of it. */
export class BackendError extends CifarKitError {
  override name = "BackendError";

  /** @internal */
  get [BRAND](): string {
    return "BackendError";
  }
}

/** A training run that had to stop: a loss that is not a number, a model disposed under way. */
export class TrainingError extends CifarKitError {
  override name = "TrainingError";

  /** @internal */
  get [BRAND](): string {
    return "TrainingError";
  }
}

/** Does something with what is not the library's; an error of that becomes one of the library. */
export async function withOwnErrors<T>(
  action: () => T | Promise<T>,
  ours: (cause: unknown) => CifarKitError | Promise<CifarKitError>,
): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw cause instanceof CifarKitError ? cause : await ours(cause);
  }
}
