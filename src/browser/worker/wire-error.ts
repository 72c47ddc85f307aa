import { messageOf } from "../../text/describe.ts";
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

/** Errors behind errors that are sent along; a circle of causes has no end. */
const CAUSES = 8;

/** Takes an error (or whatever was thrown, be it nothing) apart. */
export function toWire(error: unknown, causes = CAUSES): WireError {
  try {
    const { name, message, stack, cause } = Object(error) as Partial<Record<string, unknown>>;
    return {
      name: typeof name === "string" ? name : "Error",
      message: typeof message === "string" ? message : messageOf(error),
      stack: typeof stack === "string" ? stack : undefined,
      cause: cause === undefined || causes === 0 ? undefined : toWire(cause, causes - 1),
    };
  } catch {
    // A proxy, or a getter that throws.
    return { name: "Error", message: messageOf(error), stack: undefined, cause: undefined };
  }
}

/** Puts an error together again: `instanceof` and `name` tell what they told before. */
export function fromWire({ name, message, stack, cause }: WireError): Error {
  if (name === "AbortError" || name === "QuotaExceededError") {
    return new DOMException(message, name);
  }
  const error = new Error(message, cause && { cause: fromWire(cause) });
  const original = Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
  if (original) Object.setPrototypeOf(error, original.prototype);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}
