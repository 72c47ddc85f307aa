import { ArgumentError } from "../errors.ts";

/**
 * A function of the user's that is told something. It may be asynchronous: what it rejects with waits
 * for {@link Listener.heard} and ends the work in question, not the process.
 */
export class Listener<T> {
  readonly #listen: (value: T) => unknown;
  #heard: Promise<unknown> = Promise.resolve();
  #failure: { readonly reason: unknown } | undefined;

  constructor(listen: (value: T) => unknown) {
    this.#listen = listen;
  }

  /** Calls the function; throws what it throws, or what an earlier call has rejected with. */
  tell(value: T): void {
    if (this.#failure) throw this.#failure.reason;
    const answer = this.#listen(value);
    if (!isPromise(answer)) return;
    this.#heard = Promise.all([this.#heard, answer]);
    this.#heard.catch((reason: unknown) => {
      this.#failure ??= { reason };
    });
  }

  /** Resolves when every call is over; rejects with what the first one rejected with. */
  async heard(): Promise<void> {
    await this.#heard;
  }
}

/**
 * What a function of the user's gave, whose result is needed at once.
 * @throws {ArgumentError} if it is a promise; what that rejects with is then left alone.
 */
export function notAPromise<T>(subject: string, name: string, result: T): T {
  if (!isPromise(result)) return result;
  result.then(undefined, () => undefined);
  throw new ArgumentError({
    subject,
    expected: `${name} to give its result at once`,
    got: "a promise",
    remedy: "pass a function that is not async",
  });
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as { then?: unknown }).then === "function"
  );
}
