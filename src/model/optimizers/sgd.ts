import { add, mul, type Optimizer, sub } from "@tensorflow/tfjs-core";
import { check } from "../../checks.ts";
import { boolean, number, type Settled } from "../../options.ts";
import { hasFusedKernel, runFusedKernel } from "../backend/fused-kernels.ts";
import { KerasOptimizer, type Update } from "./keras-optimizer.ts";
import type { LearningRate } from "./schedule.ts";
import {
  type OptimizerOptions,
  optimizerOptions,
  readOptimizerOptions,
} from "./optimizer-options.ts";
import type { StockSlot } from "./tfjs-form.ts";

/** Options of {@link sgd}. */
export interface SgdOptions extends OptimizerOptions {
  /** At least 0, or a schedule; default 0.01. */
  readonly learningRate?: LearningRate;
  /** In [0, 1]; default 0. */
  readonly momentum?: number;
  /** Whether to look ahead along the velocity; needs momentum; default false. */
  readonly nesterov?: boolean;
}

const sgdOptions = () => ({
  ...optimizerOptions(0.01),
  momentum: number({ min: 0, max: 1, default: 0 }),
  nesterov: boolean({ default: false }),
});

/**
 * Stochastic gradient descent as Keras computes it: `velocity = momentum * velocity -
 * learningRate * g`, then `w += velocity`, with Nesterov's momentum `w += momentum * velocity -
 * learningRate * g`. A change of the learning rate leaves the velocity as it is.
 *
 * @returns an optimizer, used and disposed as {@link adam}'s is; saved as an ordinary `SGD` or `Momentum` with which plain
 *   TensorFlow.js makes the same next step, but without clipping, decay and accumulation, which it has
 *   not, and without the velocity if the learning rate is 0. {@link loadModel} gives all of it back.
 * @throws {ArgumentError} if an option is unknown or out of its range.
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  return new KerasSgd("sgd", options);
}

/** See {@link sgd}. */
export class KerasSgd extends KerasOptimizer<Settled<ReturnType<typeof sgdOptions>>> {
  readonly #className: "SGD" | "Momentum";

  constructor(subject: string, options: SgdOptions) {
    const settings = readOptimizerOptions(subject, options, sgdOptions());
    const { momentum, nesterov, gradientAccumulationSteps } = settings;
    check(
      !nesterov || momentum > 0,
      subject,
      "momentum above 0 with nesterov",
      `${momentum}`,
      "pass e.g. momentum: 0.9",
    );
    super("sgd", subject, settings, momentum === 0 ? [] : ["velocity"]);
    // TensorFlow.js's SGD refuses state, such as sums of gradients between two updates.
    this.#className = momentum === 0 && gradientAccumulationSteps === 1 ? "SGD" : "Momentum";
  }

  override getClassName(): string {
    return this.#className;
  }

  protected override stockSettings(): Record<string, number | boolean> {
    const { momentum, nesterov: useNesterov } = this.options;
    const { learningRate } = this;
    return { learningRate, ...(this.#className === "Momentum" && { momentum, useNesterov }) };
  }

  /** TensorFlow.js keeps sums of gradients, which it multiplies by the present learning rate. */
  protected override stockSlots(): StockSlot[] {
    const rate = this.learningRate;
    // Without a rate nothing of TensorFlow.js's moves, whatever its sums are.
    const [toStock, fromStock] = [rate === 0 ? 0 : -1 / rate, -rate];
    return this.options.momentum === 0
      ? []
      : [{ name: "momentum", own: "velocity", toStock, fromStock }];
  }

  protected override update(updates: readonly Update[], learningRate: number): void {
    const { momentum, nesterov } = this.options;
    if (hasFusedKernel("SgdUpdate")) {
      runFusedKernel(
        "SgdUpdate",
        updates.flatMap(({ variable, gradient, slots }) => [variable, gradient, ...slots]),
        { learningRate, momentum, nesterov },
      );
      return;
    }
    for (const { variable, gradient, slots } of updates) {
      const step = mul(gradient, learningRate);
      if (momentum === 0) {
        variable.assign(sub(variable, step));
        continue;
      }
      const [velocity] = slots;
      const next = sub(mul(velocity, momentum), step);
      velocity.assign(next);
      const move = nesterov ? sub(mul(next, momentum), step) : next;
      variable.assign(add(variable, move));
    }
  }
}
