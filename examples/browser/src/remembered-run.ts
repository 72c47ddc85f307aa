/** What the page has to remember of a run to go on with it after it was closed. */
import type { Origin } from "./state.ts";

/** Everything that a run depends on. */
export interface RunSettings {
  readonly backend: string;
  readonly origin: Origin;
  readonly size: "small" | "full";
  /** Training pictures. */
  readonly count: number;
  readonly epochs: readonly [number, number];
  readonly seed: number;
}

/** A run that has begun and is not over. */
export interface RememberedRun {
  readonly settings: RunSettings;
  readonly reached: { readonly phase: number; readonly epoch: number };
}

const KEY = "cifar-kit demo: unfinished run";

export function rememberRun(run: RememberedRun): void {
  localStorage.setItem(KEY, JSON.stringify(run));
}

export function forgetRun(): void {
  localStorage.removeItem(KEY);
}

export function rememberedRun(): RememberedRun | undefined {
  try {
    return (JSON.parse(localStorage.getItem(KEY) ?? "null") as RememberedRun | null) ?? undefined;
  } catch {
    return undefined;
  }
}
