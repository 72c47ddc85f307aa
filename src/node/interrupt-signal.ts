import { BRAND, isInstance } from "../brand.ts";

/** Why a run was stopped: somebody pressed Ctrl-C, or the system asked the process to end. */
export class InterruptError extends Error {
  /** The name of the class. */
  override name = "InterruptError";
  /** Which of the two signals came. */
  readonly signal: "SIGINT" | "SIGTERM";
  /** What a process that ends for this reason exits with: 130 for SIGINT, 143 for SIGTERM. */
  readonly exitCode: 130 | 143;

  /** @internal So that `instanceof` also knows that of another copy of the package. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isInstance(this.prototype, value);
  }

  /** @internal */
  get [BRAND](): string {
    return "InterruptError";
  }

  /** Reads "interrupted by SIGINT". */
  constructor(signal: "SIGINT" | "SIGTERM") {
    super(`interrupted by ${signal}`);
    this.signal = signal;
    this.exitCode = signal === "SIGINT" ? 130 : 143;
  }
}

/**
 * A signal that is aborted by Ctrl-C (SIGINT) or SIGTERM, with an {@link InterruptError} as its
 * reason. A run with `checkpoint` then saves its state and is rejected with that error; whoever
 * catches it sets `process.exitCode = error.exitCode`. A second signal ends the process at once.
 *
 * Call it once, at the start of a program: from then on these signals no longer end the process.
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      const reason = new InterruptError(signal);
      if (controller.signal.aborted) process.exit(reason.exitCode);
      controller.abort(reason);
    });
  }
  return controller.signal;
}
