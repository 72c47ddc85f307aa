import { add, div, mul, type Optimizer, sqrt, square, sub } from "@tensorflow/tfjs-core";
import { number, type Settled } from "../../options.ts";
import { hasFusedKernel, runFusedKernel } from "../backend/fused-kernels.ts";
import { KerasOptimizer, type Update } from "./keras-optimizer.ts";
import type { LearningRate } from "./schedule.ts";
import {
  type OptimizerOptions,
  optimizerOptions,
  readOptimizerOptions,
} from "./optimizer-options.ts";
import type { StockSlot } from "./tfjs-form.ts";

/** Options of {@link adam} and {@link adamW}. */
export interface AdamOptions extends OptimizerOptions {
  /** At least 0, or a schedule; default 0.001. */
  readonly learningRate?: LearningRate;
  /** Decay of the first moment, in [0, 1); default 0.9. */
  readonly beta1?: number;
  /** Decay of the second moment, in [0, 1); default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the second moment; at least 0; default 1e-7. */
  readonly epsilon?: number;
}

const adamOptions = (weightDecay?: number) => ({
  ...optimizerOptions(0.001, weightDecay),
  beta1: number({ min: 0, max: 1, exclusiveMax: true, default: 0.9 }),
  beta2: number({ min: 0, max: 1, exclusiveMax: true, default: 0.999 }),
  epsilon: number({ min: 0, default: 1e-7 }),
});

/**
 * Adam as Keras computes it. With t the number of the update:
 *
 *     alpha = learningRate * sqrt(1 - beta2^t) / (1 - beta1^t)
 *     m += (g - m) * (1 - beta1);  v += (g^2 - v) * (1 - beta2)
 *     w -= alpha * m / (sqrt(v) + epsilon)
 *
 * TensorFlow.js corrects both moments first and adds epsilon to the corrected root, which gives
 * other steps where gradients are tiny. This is what {@link buildCifarModel} compiles with.
 *
 * @returns an optimizer for {@link buildCifarModel}, which disposes it with the model, or for
 *   `model.compile`, after which it stays the caller's to dispose; saved as an ordinary `Adam` with
 *   which plain TensorFlow.js makes the same next step, but without clipping, decay and accumulation,
 *   which it has not. {@link loadModel} gives all of it back.
 * @throws {ArgumentError} if an option is unknown or out of its range.
 */
export function adam(options: AdamOptions = {}): Optimizer {
  return new KerasAdam("adam", options);
}

/**
 * Adam with decoupled weight decay, 0.004 by default: before each update a weight w loses
 * `learningRate * weightDecay * w`. All weights decay but those of `excludeFromWeightDecay`.
 *
 * @returns an optimizer, used, disposed and saved as {@link adam}'s is: plain TensorFlow.js goes on
 *   without the decay.
 * @throws {ArgumentError} if an option is unknown or out of its range.
 */
export function adamW(options: AdamOptions = {}): Optimizer {
  return new KerasAdam("adamW", options, 0.004);
}

/** See {@link adam}. */
export class KerasAdam extends KerasOptimizer<Settled<ReturnType<typeof adamOptions>>> {
  // Under this name tfjs-layers saves and loads it.
  static readonly className = "Adam";
  // The powers of the betas are running products in double precision: recomputed in the same order,
  // they have the same bits after a restart.
  #power1 = 1;
  #power2 = 1;
  #powersOf = 0;

  constructor(subject: string, options: AdamOptions, weightDecay?: number) {
    const settings = readOptimizerOptions(subject, options, adamOptions(weightDecay));
    super("adam", subject, settings, ["m", "v"]);
  }

  protected override stockSettings(t: number): Record<string, number> {
    const { beta1, beta2, epsilon } = this.options;
    const { learningRate } = this;
    // TensorFlow.js corrects the second moment before it adds epsilon.
    return { learningRate, beta1, beta2, epsilon: epsilon / Math.sqrt(1 - beta2 ** t) };
  }

  protected override stockSlots(): StockSlot[] {
    return ["m", "v"].map((name) => ({ name, own: name }));
  }

  protected override update(updates: readonly Update[], learningRate: number, t: number): void {
    const { beta1, beta2, epsilon } = this.options;
    const alpha = learningRate * this.#biasCorrection(t);
    if (hasFusedKernel("AdamUpdate")) {
      runFusedKernel(
        "AdamUpdate",
        updates.flatMap(({ variable, gradient, slots }) => [variable, gradient, ...slots]),
        { beta1, beta2, alpha, epsilon },
      );
      return;
    }
    for (const { variable, gradient, slots } of updates) {
      const [m, v] = slots;
      const newM = add(m, mul(sub(gradient, m), 1 - beta1));
      const newV = add(v, mul(sub(square(gradient), v), 1 - beta2));
      const step = div(mul(newM, alpha), add(sqrt(newV), epsilon));
      m.assign(newM);
      v.assign(newV);
      variable.assign(sub(variable, step));
    }
  }

  /** sqrt(1 - beta2^t) / (1 - beta1^t). */
  #biasCorrection(t: number): number {
    const { beta1, beta2 } = this.options;
    if (this.#powersOf > t) {
      this.#powersOf = 0;
      this.#power1 = 1;
      this.#power2 = 1;
    }
    // Powers too small to change 1 need not be counted down any further.
    while (this.#powersOf < t && Math.max(this.#power1, this.#power2) >= 2 ** -54) {
      this.#powersOf++;
      this.#power1 *= beta1;
      this.#power2 *= beta2;
    }
    this.#powersOf = t;
    return Math.sqrt(1 - this.#power2) / (1 - this.#power1);
  }
}
