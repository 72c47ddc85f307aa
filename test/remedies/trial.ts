import { expect } from "vitest";

/**
 * How a piece of advice is tried: a call that fails with it, and the same call with the advice
 * followed, which succeeds.
 */
export type Trial = readonly [wrong: () => unknown, right: () => unknown];

/** Trials by advice, as it stands in the sources; `{}` for what is filled in. */
export type Trials = Readonly<Record<string, Trial>>;

/** Advice that is not tried, with the reason. */
export type Untried = Readonly<Record<string, string>>;

/** The reason of advice about sizes. */
export const MEMORY = "needs data larger than the memory";

/** What no type would let through. */
export const wrong = (value: unknown): never => value as never;

/** Fails unless the wrong call is refused with this advice and the right one works. */
export async function tryRemedy(remedy: string, [fail, succeed]: Trial): Promise<void> {
  let error: unknown;
  try {
    await fail();
  } catch (cause) {
    error = cause;
  }
  expect(error, "the error that gives the advice").toBeInstanceOf(Error);
  const pattern = remedy.split("{}").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  expect((error as Error).message).toMatch(new RegExp(`; ${pattern.join("[^]*")}\\.$`));
  expect((error as Error).message).toMatch(/^[^;]+: expected [^]+, got [^]+;/);
  await succeed();
}
