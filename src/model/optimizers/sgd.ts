import { add, mul, type Optimizer, sub } from "@tensorflow/tfjs-core";
import { check, checkBoolean, checkNumber } from "../../checks.ts";
import { hasFusedKernel, runFusedKernel } from "../backend/fused-kernels.ts";
import { KerasOptimizer, type Update } from "./keras-optimizer.ts";
import { checkOptimizerNames, type OptimizerOptions } from "./optimizer-options.ts";
import type { StockSlot } from "./tfjs-form.ts";

/** Options of {@link sgd}. */
export interface SgdOptions extends OptimizerOptions {
  /** At least 0; default 0.01. */
  readonly learningRate?: number;
  /** In [0, 1]; default 0. */
  readonly momentum?: number;
  /** Whether to look ahead along the velocity; needs momentum; default false. */
  readonly nesterov?: boolean;
}

/**
 * Stochastic gradient descent as Keras computes it: `velocity = momentum * velocity -
 * learningRate * g`, then `w += velocity`, with Nesterov's momentum `w += momentum * velocity -
 * learningRate * g`. A change of the learning rate leaves the velocity as it is.
 *
 * @returns an optimizer for `model.compile`; saved as an ordinary `SGD` or `Momentum` with which plain
 *   TensorFlow.js makes the same next step, but without clipping, decay and accumulation, which it has
 *   not, and without the velocity if the learning rate is 0. {@link loadModel} gives all of it back.
 * @throws {ArgumentError} if an option is unknown or out of its range.
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  return new KerasSgd("sgd", options);
}

/** See {@link sgd}. */
export class KerasSgd extends KerasOptimizer {
  protected readonly ownName = "sgd";
  readonly #momentum: number;
  readonly #nesterov: boolean;
  readonly #className: "SGD" | "Momentum";

  constructor(subject: string, options: SgdOptions) {
    checkOptimizerNames(subject, options, ["momentum", "nesterov"]);
    const { learningRate = 0.01, momentum = 0, nesterov = false, ...rest } = options;
    super(subject, momentum === 0 ? [] : ["velocity"], rest, learningRate);
    checkNumber(subject, "momentum", momentum, { min: 0, max: 1 });
    checkBoolean(subject, "nesterov", nesterov);
    check(
      !nesterov || momentum > 0,
      subject,
      "momentum above 0 with nesterov",
      `${momentum}`,
      "pass e.g. momentum: 0.9",
    );
    this.#momentum = momentum;
    this.#nesterov = nesterov;
    // TensorFlow.js's SGD refuses state, such as sums of gradients between two updates.
    const { gradientAccumulationSteps: steps = 1 } = options;
    this.#className = momentum === 0 && steps === 1 ? "SGD" : "Momentum";
  }

  override getClassName(): string {
    return this.#className;
  }

  protected override ruleSettings(): Record<string, number | boolean> {
    return { momentum: this.#momentum, nesterov: this.#nesterov };
  }

  protected override stockSettings(): Record<string, number | boolean> {
    const { learningRate } = this;
    const own = { momentum: this.#momentum, useNesterov: this.#nesterov };
    return { learningRate, ...(this.#className === "Momentum" && own) };
  }

  /** TensorFlow.js keeps sums of gradients, which it multiplies by the present learning rate. */
  protected override stockSlots(): StockSlot[] {
    const rate = this.learningRate;
    // Without a rate nothing of TensorFlow.js's moves, whatever its sums are.
    const [toStock, fromStock] = [rate === 0 ? 0 : -1 / rate, -rate];
    return this.#momentum === 0 ? [] : [{ name: "momentum", own: "velocity", toStock, fromStock }];
  }

  protected override update(updates: readonly Update[]): void {
    if (hasFusedKernel("SgdUpdate")) {
      runFusedKernel(
        "SgdUpdate",
        updates.flatMap(({ variable, gradient, slots }) => [variable, gradient, ...slots]),
        { learningRate: this.learningRate, momentum: this.#momentum, nesterov: this.#nesterov },
      );
      return;
    }
    for (const { variable, gradient, slots } of updates) {
      const step = mul(gradient, this.learningRate);
      if (this.#momentum === 0) {
        variable.assign(sub(variable, step));
        continue;
      }
      const [velocity] = slots;
      const next = sub(mul(velocity, this.#momentum), step);
      velocity.assign(next);
      const move = this.#nesterov ? sub(mul(next, this.#momentum), step) : next;
      variable.assign(add(variable, move));
    }
  }
}
