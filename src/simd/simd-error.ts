/**
 * The library's errors say by this key of a prototype what they are (brand.ts), so that those of another
 * copy of it are known, too. By the same key it knows this folder's, which imports nothing of it.
 */
const BRAND = Symbol.for("cifar-kit.brand");

type ErrorClass = new (message?: string, options?: ErrorOptions) => Error;

function branded(Base: ErrorClass, brand: string): ErrorClass {
  class Branded extends Base {}
  Object.defineProperty(Branded.prototype, BRAND, { value: brand });
  return Branded;
}

/**
 * The folder's only error class; it is self-contained, so that it can be used without the library. For
 * the library's `instanceof` it is a `BackendError`, and so a `CifarKitError`.
 */
export class SimdBackendError extends branded(branded(Error, "CifarKitError"), "BackendError") {
  /** The name of the class. */
  override name = "SimdBackendError";
  /** @internal So that `instanceof` also knows that of another copy of the package. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== SimdBackendError) return super[Symbol.hasInstance](value);
    return (Object(value) as Record<symbol, unknown>)[BRAND] === "SimdBackendError";
  }

  /** @internal */
  get [BRAND](): string {
    return "SimdBackendError";
  }

  /** Reads "subject: expected A, got B; do C." like every error of the library. */
  constructor(subject: string, expected: string, got: string, remedy: string, cause?: unknown) {
    // A cause that is undefined would be printed as one.
    const options = cause === undefined ? {} : { cause };
    super(`${subject}: expected ${expected}, got ${got}; ${remedy}.`, options);
  }
}

/** A short rendering of any value; it never throws, and nothing in it reaches a terminal's controls. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 40));
  if (typeof value === "symbol") return "a symbol";
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null) return "an object";
  return `${value as number}`.slice(0, 40);
}

/** What a caught value says. */
export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : "a failure";
}
