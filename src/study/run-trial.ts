import { messageOf } from "../text/describe.ts";
import { describe } from "../checks.ts";
import type { CheckpointStore } from "../train/checkpoint/checkpoint-store.ts";
import { isTrial, type Trial } from "./define-trial.ts";
import type { Outcome, Work, WorkListener } from "./engine.ts";
import { ReportCallback } from "./report-callback.ts";
import { watchedStore } from "./watched-store.ts";

/** Where a trial runs. */
export interface TrialPlace {
  /** The store of this trial's checkpoints, and of no other's. */
  readonly store: CheckpointStore;
  /** Is told of each epoch. */
  readonly listener: WorkListener;
  /** Stops the trial. */
  readonly signal: AbortSignal;
}

/** Why a trial stops that has been told so. */
class StopError extends Error {
  override name = "StopError";
}

/** Does a piece of work in this process, to its outcome. Never rejects. */
export async function runTrial(
  { trial: url, params, seed, number }: Work,
  { store, listener, signal }: TrialPlace,
): Promise<Outcome> {
  let trial: Trial;
  try {
    const module = (await import(/* @vite-ignore */ url)) as { default?: unknown };
    const found = defaultOf(module);
    if (!isTrial(found)) return { kind: "unusable", got: describe(found) };
    trial = found;
  } catch (error) {
    return { kind: "unusable", got: `"${messageOf(error)}"` };
  }
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort(new StopError("the trial is to stop here"));
  };
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  const storeErrors = new Set<unknown>();
  try {
    const report = new ReportCallback(listener, stop);
    const context = {
      params,
      seed,
      number,
      signal: controller.signal,
      checkpoint: { store: watchedStore(store, (error) => storeErrors.add(error)) },
      report,
    };
    const value: unknown = await trial(context);
    if (typeof value === "number" && Number.isFinite(value)) return { kind: "value", value };
    return {
      kind: "failed",
      error: `expected one finite number from the trial, got ${describe(value)}`,
    };
  } catch (error) {
    if (comesFrom(error, (one) => one instanceof StopError)) return { kind: "stopped" };
    // The message goes into the journal, all of it onto the console of the trial.
    console.error(error);
    const isUnsaved = comesFrom(error, (one) => storeErrors.has(one));
    return { kind: isUnsaved ? "unsaved" : "failed", error: messageOf(error) };
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** What a module exports by default; that of a CommonJS module may lie one deeper. */
function defaultOf({ default: own }: { default?: unknown }): unknown {
  return isTrial(own) ? own : ((Object(own) as { default?: unknown }).default ?? own);
}

/** Whether an error is such a one, or was made of one. */
function comesFrom(error: unknown, isSuch: (error: unknown) => boolean): boolean {
  return isSuch(error) || (error instanceof Error && comesFrom(error.cause, isSuch));
}
