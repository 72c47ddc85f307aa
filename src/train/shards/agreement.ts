/**
 * The last callback of a run of several processes. Those of the user are called by process 0; what they have
 * done to the run, all others do behind them: end it, set the learning rate, write weights.
 */
import type { Callback, TrainingRun } from "../callback.ts";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { TrainingError } from "../../errors.ts";
import { learningRateOf } from "../../model/learning-rate.ts";
import { modelInternals } from "../../model/internals.ts";
import { weightsInOrder } from "../../model/layer-tree.ts";
import { joinBytes } from "../../bytes/bytes.ts";
import { ModelSnapshot } from "../model-snapshot.ts";
import type { Ranks } from "./ranks.ts";

/** What the processes agree about beside callbacks. */
export interface Agreed {
  readonly ranks: Ranks;
  readonly subject: string;
  readonly model: LayersModel;
  /** Of this process. */
  readonly signal: AbortSignal | undefined;
  /** Of all of them: aborted at the same place of the run. */
  readonly abort: AbortController;
  /** Looks at the weights as a step has left them; what is written later is the callbacks'. */
  readonly note: () => void;
  readonly hasChanged: () => boolean;
}

/** Watches who writes weights. */
export function watchWeights(model: LayersModel): Pick<Agreed, "note" | "hasChanged"> {
  const now = (): object[] => weightsInOrder(model).map((weight) => weight.read().dataId);
  let noted = now();
  return {
    note: () => {
      noted = now();
    },
    hasChanged: () => now().some((dataId, i) => dataId !== noted[i]),
  };
}

/** @param hooks behind which the processes agree, beside those of every step and epoch. */
export function agreement(
  agreed: Agreed,
  hooks: readonly string[],
  readEvery: number | undefined,
): Callback {
  const agree = async (...args: unknown[]): Promise<void> => {
    await settle(agreed, args.at(-1) as TrainingRun);
  };
  return {
    ...Object.fromEntries(hooks.map((name) => [name, agree])),
    onBatchEnd: agree,
    onEpochEnd: async (...args) => {
      await agree(...args);
      await checkWeights(agreed);
    },
    ...(readEvery !== undefined && { readEvery }),
  };
}

async function settle(agreed: Agreed, run: TrainingRun): Promise<void> {
  const { ranks } = agreed;
  const words = await ranks.meet("hook", {
    isStopped: run.isStopping ?? false,
    isAborted: agreed.signal?.aborted ?? false,
    hasChanged: agreed.hasChanged(),
    learningRate: learningRateOf(modelInternals(agreed.model).optimizer!),
  });
  const [{ isStopped, hasChanged, learningRate }] = words;
  abortIfAny(agreed, words);
  if (hasChanged) await takeWeights(agreed);
  if (ranks.rank === 0) return;
  if (isStopped) run.stopTraining();
  const isNew = !Number.isNaN(learningRate) && learningRate !== run.learningRate;
  if (isNew && !run.isScheduled) run.learningRate = learningRate;
}

/** Ends the run of all at this place if a signal has asked one process for it. */
export function abortIfAny(
  { abort, signal }: Pick<Agreed, "abort" | "signal">,
  words: readonly { readonly isAborted: boolean }[],
): void {
  const rank = words.findIndex(({ isAborted }) => isAborted);
  if (rank === -1) return;
  abort.abort(
    signal?.aborted
      ? signal.reason
      : new DOMException(`the run was ended by the signal of process ${rank}`, "AbortError"),
  );
}

/** Has all processes take the weights of process 0. */
export async function takeWeights({ ranks, model, note }: Agreed): Promise<void> {
  const snapshot = await ModelSnapshot.ofWeights(model);
  const mine = ranks.rank === 0 ? joinBytes(snapshot.values) : undefined;
  const bytes = await ranks.fromFirst(mine);
  if (ranks.rank > 0) {
    let at = bytes.byteOffset;
    const values = snapshot.values.map(({ length, byteLength }) => {
      const part = new Float32Array(bytes.buffer.slice(at, at + byteLength), 0, length);
      at += byteLength;
      return part;
    });
    ModelSnapshot.ofValues(model, values).restoreWeights();
  }
  note();
}

/**
 * Throws unless all processes have the same weights: those of machines that round otherwise, or of a program
 * that does not do the same everywhere, would drift apart unseen.
 */
async function checkWeights({ ranks, model, subject }: Agreed): Promise<void> {
  const { values } = await ModelSnapshot.ofWeights(model);
  let sum = 0;
  for (const { buffer, byteOffset, length } of values) {
    const bits = new Int32Array(buffer, byteOffset, length);
    for (let i = 0; i < length; i++) sum = (Math.imul(sum, 31) + bits[i]) | 0;
  }
  const words = await ranks.meet("hook", { value: sum });
  const stray = words.findIndex(({ value }) => value !== words[0].value);
  if (stray === -1) return;
  throw new TrainingError({
    subject,
    expected: "the same weights in all processes behind an epoch",
    got: `others in process ${stray} than in process 0`,
    remedy:
      "use machines of one kind, and one backend; and let nothing but process 0's callbacks change the model",
  });
}
