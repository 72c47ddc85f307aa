import { expect } from "vitest";
import type { Callback, CheckpointOptions } from "cifar-kit";
import { MemoryStore } from "../train/checkpoint/memory-store.ts";
import { hashOf, type Options, smallModel, smallRun, STEPS } from "./small-run.ts";

/** Interrupts a run after so many of its own steps; gives how many steps its model has seen. */
export async function interruptAfter(stop: number, options: Options): Promise<number> {
  return interruptAt(stop === 0 ? undefined : "onBatchEnd", stop, options);
}

/** Interrupts a run when a hook is called for the nth time; without a hook before it begins. */
export async function interruptAt(
  hook: keyof Callback | undefined,
  time: number,
  options: Options,
): Promise<number> {
  const controller = new AbortController();
  let calls = 0;
  const count = (): void => {
    if (++calls === time) controller.abort("interrupted");
  };
  if (hook === undefined) controller.abort("interrupted");
  const callbacks = hook === undefined ? [] : [{ [hook]: count }];
  const model = smallModel();
  try {
    const run = smallRun(model, { ...options, callbacks, signal: controller.signal });
    await expect(run).rejects.toBe("interrupted");
    return model.optimizer.iterations;
  } finally {
    model.dispose();
  }
}

/** Interrupts a run after every so many steps, goes on each time, and gives what it ends with. */
export async function goOnAgainAndAgain(
  every: number,
): Promise<Awaited<ReturnType<typeof hashOf>>> {
  const checkpoint = newCheckpoint();
  for (let stop = 0; stop < STEPS; stop += every) {
    expect(await interruptAfter(Math.min(stop, every), { checkpoint })).toBe(stop);
  }
  return await hashOf({ checkpoint, resume: "must" });
}

/** A checkpoint that is written only when a run is interrupted. */
export const newCheckpoint = (): CheckpointOptions => ({
  store: new MemoryStore(),
  everySteps: 0,
  everyEpochs: 0,
});
