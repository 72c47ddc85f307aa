import {
  ArgumentError,
  BackendError,
  CifarKitError,
  DataError,
  SourceError,
  TrainingError,
} from "../../errors.ts";

/** An error as a message can carry it: a clone of it would lose its class. */
export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly cause: WireError | undefined;
}

/** The classes that come back as they were, by their names. */
const CLASSES: Readonly<Record<string, { readonly prototype: Error }>> = {
  ArgumentError,
  BackendError,
  CifarKitError,
  DataError,
  SourceError,
  TrainingError,
  RangeError,
  TypeError,
};

/** Takes an error (or whatever was thrown, be it nothing) apart. */
export function toWire(error: unknown): WireError {
  const given = (error ?? {}) as Partial<Error>;
  const { name = "Error", message = String(error), stack, cause } = given;
  return { name, message, stack, cause: cause === undefined ? undefined : toWire(cause) };
}

/** Puts an error together again: `instanceof` and `name` tell what they told before. */
export function fromWire({ name, message, stack, cause }: WireError): Error {
  if (name === "AbortError" || name === "QuotaExceededError") {
    return new DOMException(message, name);
  }
  const error = new Error(message, cause && { cause: fromWire(cause) });
  const original = CLASSES[name] as (typeof CLASSES)[string] | undefined;
  if (original) Object.setPrototypeOf(error, original.prototype);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}
