/** The folder's only error class; it is self-contained, so that it can be used without the library. */
export class SimdBackendError extends Error {
  /** The name of the class. */
  override name = "SimdBackendError";
  /** Reads "subject: expected A, got B; do C." like every error of the library. */
  constructor(subject: string, expected: string, got: string, remedy: string, cause?: unknown) {
    super(`${subject}: expected ${expected}, got ${got}; ${remedy}.`, { cause });
  }
}
