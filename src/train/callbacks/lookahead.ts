import { checkNumber } from "../../checks.ts";
import { integer, reader, readOptions } from "../../options.ts";
import { notAPromise } from "../../runtime/listener.ts";
import type { Callback, CallbackState, TrainingRun } from "../callback.ts";
import { count, list, nullable } from "../checkpoint/header-shape.ts";
import type { Logs } from "../logs.ts";
import { AveragedWeights } from "./averaged-weights.ts";
import { stateKey } from "./state-key.ts";
import { checkLengths, floats, stateReader } from "./state-reader.ts";

const SUBJECT = "lookahead";

/** Options of {@link lookahead}. */
export interface LookaheadOptions {
  /** Steps between two updates of the slow weights, at least 1; default 5. */
  readonly every?: number;
  /**
   * How much of the way to the weights the slow ones go, in [0, 1]; default 0.5. Or a function of the steps
   * done and of those of the phase, which are NaN where nobody knows them.
   */
  readonly alpha?: number | ((step: number, steps: number) => number);
}

const SHARE = { min: 0, max: 1 } as const;

const readState = /* @__PURE__ */ stateReader(SUBJECT, {
  slow: /* @__PURE__ */ nullable(/* @__PURE__ */ list(floats)),
  steps: count,
});

/**
 * Lookahead (Zhang et al., 2019): slow weights follow those that the optimizer moves, and every few steps
 * these go on from there: `slow += alpha (weights - slow)`, `weights = slow`. A phase ends with the slow
 * weights. All weights of the model take part, moving statistics of batch normalization included. Holds
 * as many tensors as there are weights until the phase ends.
 * @throws {ArgumentError} if an option is unknown or out of its range; in training, if alpha's function
 *   gives anything but a number in [0, 1].
 */
export function lookahead(options: LookaheadOptions = {}): Callback {
  const { every, alpha } = readOptions(SUBJECT, options, {
    every: integer({ min: 1, default: 5 }),
    alpha: reader<NonNullable<LookaheadOptions["alpha"]>, { default: number }>(
      { default: 0.5 },
      (value, subject, name) => {
        if (typeof value !== "function") checkNumber(subject, name, value, SHARE);
        return value as number;
      },
    ),
  });
  let slow: AveragedWeights | undefined;
  let steps = 0;

  const release = (): void => {
    slow?.dispose();
    slow = undefined;
  };
  const share = ({ steps: perEpoch = NaN, epochs }: TrainingRun): number => {
    if (typeof alpha === "number") return alpha;
    const given: unknown = notAPromise(SUBJECT, "alpha", alpha(steps, perEpoch * epochs));
    checkNumber(SUBJECT, `alpha at step ${steps}`, given, SHARE);
    return given;
  };

  return {
    stateKey: stateKey(SUBJECT, options),
    async getState(): Promise<ReturnType<typeof readState>> {
      return { slow: slow ? await slow.values() : null, steps };
    },
    setState(saved: CallbackState, { model }: TrainingRun): void {
      const state = readState(saved);
      release();
      if (state.slow) {
        checkLengths(SUBJECT, state.slow, model.weights);
        slow = new AveragedWeights(model.weights, state.slow);
      }
      steps = state.steps;
    },
    onPhaseBegin(_phase: number, _logs: Logs, { model }: TrainingRun): void {
      release();
      slow = new AveragedWeights(model.weights);
      steps = 0;
    },
    onBatchEnd(_batch: number, _logs: Logs, run: TrainingRun): void {
      steps++;
      if (steps % every !== 0) return;
      slow?.update(1 - share(run));
      slow?.show();
    },
    onPhaseEnd(): void {
      slow?.show();
      release();
    },
    // After a run that broke off the model has its own weights.
    onRunEnd: release,
  };
}
