import {
  add,
  mul,
  type Optimizer,
  reshape,
  sub,
  type Tensor,
  type Tensor2D,
} from "@tensorflow/tfjs-core";
import { check } from "../../checks.ts";
import { boolean, integer, number, oneOf, type Settled } from "../../options.ts";
import { KerasOptimizer, type Update } from "./keras-optimizer.ts";
import { orthogonalized, toNorm } from "./newton-schulz.ts";
import { type LearningRate, learningRate } from "./schedule.ts";
import {
  type OptimizerOptions,
  optimizerOptions,
  readOptimizerOptions,
} from "./optimizer-options.ts";
import type { OptimizedWeight } from "./owners.ts";
import type { StockSlot } from "./tfjs-form.ts";
import { type WeightGroup, weightGroups } from "./weight-groups.ts";

/** Weights that {@link muon} trains otherwise than the others. */
export interface MuonGroup extends WeightGroup {
  /** By which rule; default `"muon"` for weights of two dimensions and more, but no embeddings; else `"sgd"`. */
  readonly rule?: "muon" | "sgd";
}

/** Options of {@link muon}. */
export interface MuonOptions extends Omit<OptimizerOptions, "groups"> {
  /** Of the weights that go by Muon's rule; at least 0, or a schedule; default 0.02. */
  readonly learningRate?: LearningRate;
  /** Of those, in [0, 1); default 0.95. */
  readonly momentum?: number;
  /** Whether to look ahead along the momentum, all weights; default true. */
  readonly nesterov?: boolean;
  /** Steps of the iteration that makes an update orthogonal, from 1 to 20; default 5. */
  readonly newtonSchulzSteps?: number;
  /**
   * What an orthogonal update is multiplied by, for a matrix with `outputs` columns and `inputs` rows:
   * `"original"` sqrt(max(1, outputs / inputs)), `"matchRmsAdamW"` 0.2 sqrt(max(outputs, inputs)), as
   * PyTorch calls them; `"none"` 1. Default `"original"`.
   */
  readonly adjustLearningRate?: "none" | "original" | "matchRmsAdamW";
  /**
   * Whether each of those weights is brought to the norm sqrt(outputs) before each update: for weights with
   * a batch normalization behind them, whose size has no other effect than to shrink the updates; default false.
   */
  readonly normalizeWeights?: boolean;
  /** Of all other weights; at least 0, or a schedule; default 0.01. */
  readonly sgdLearningRate?: LearningRate;
  /** Of all other weights, in [0, 1); default 0.9. */
  readonly sgdMomentum?: number;
  /** Weights with a rule, a learning rate, a decay or an end of their own; the first group that takes a weight has it. */
  readonly groups?: readonly MuonGroup[];
}

const below1 = { min: 0, max: 1, exclusiveMax: true } as const;

const muonOptions = () => ({
  ...optimizerOptions(0.02),
  momentum: number({ ...below1, default: 0.95 }),
  nesterov: boolean({ default: true }),
  newtonSchulzSteps: integer({ min: 1, max: 20, default: 5 }),
  adjustLearningRate: oneOf(["none", "original", "matchRmsAdamW"], { default: "original" }),
  normalizeWeights: boolean({ default: false }),
  sgdLearningRate: learningRate({ default: 0.01 }),
  sgdMomentum: number({ ...below1, default: 0.9 }),
  groups: weightGroups<MuonGroup>({ rule: oneOf(["muon", "sgd"], { optional: true }) }),
});

/**
 * Muon (Keller Jordan, 2024): the momentum of each weight matrix is made orthogonal before it is taken, so
 * that all directions are learned at the same pace; a filter `[h, w, inputs, outputs]` counts as a matrix of
 * h w inputs rows. With g the gradient:
 *
 *     m = momentum * m + g;  u = g + momentum * m (m itself without nesterov)
 *     w -= learningRate * adjustment * NS(u)
 *
 * NS replaces the singular values of u by values near 1 (a Newton-Schulz iteration of degree 5). All other
 * weights go by SGD with momentum as PyTorch computes it: `v = momentum * v + g`, `w -= learningRate *
 * (g + momentum * v)`. First and last layers are better off among those, as its author says: put them in a
 * group with `rule: "sgd"`.
 *
 * @returns an optimizer, used and disposed as {@link adam}'s is; saved as a `Momentum`, with which plain
 *   TensorFlow.js goes on by SGD. {@link loadModel} gives all of it back.
 * @throws {ArgumentError} if an option is unknown or out of its range; when the model is compiled, if a group
 *   has no weights, or a vector is to go by Muon's rule.
 * @example
 * const optimizer = muon({ learningRate: 0.02, groups: [{ weights: /^dense/, rule: "sgd" }] });
 * const model = buildCifarModel({ for: set, optimizer });
 */
export function muon(options: MuonOptions = {}): Optimizer {
  return new KerasMuon("muon", options);
}

/** See {@link muon}. */
export class KerasMuon extends KerasOptimizer<Settled<ReturnType<typeof muonOptions>>, MuonGroup> {
  // Under this name tfjs-layers saves and loads it.
  static readonly className = "Momentum";

  constructor(subject: string, options: MuonOptions) {
    super("muon", subject, readOptimizerOptions(subject, options, muonOptions()), ["momentum"]);
  }

  protected override stockSettings(): Record<string, number | boolean> {
    const { momentum, nesterov: useNesterov } = this.options;
    return { learningRate: this.learningRate, momentum, useNesterov };
  }

  protected override stockSlots(): StockSlot[] {
    return [{ name: "momentum", own: "momentum" }];
  }

  protected override settledGroup(
    { name, variable: { rank } }: OptimizedWeight,
    group: MuonGroup | undefined,
  ): MuonGroup {
    const isMatrix = rank > 1 && !/embedding/i.test(name);
    const rule = group?.rule ?? (isMatrix ? "muon" : "sgd");
    check(
      rule === "sgd" || rank > 1,
      this.subject,
      'weights of two dimensions and more with rule: "muon"',
      `"${name}" of ${rank}`,
      'leave it out of the group, or pass rule: "sgd"',
    );
    const rate = rule === "sgd" ? this.options.sgdLearningRate : undefined;
    return { ...group, weights: /(?:)/, rule, learningRate: group?.learningRate ?? rate };
  }

  protected override update(
    updates: readonly Update[],
    learningRate: number,
    _t: number,
    { rule }: MuonGroup,
  ): void {
    const { nesterov, normalizeWeights } = this.options;
    const momentum = rule === "muon" ? this.options.momentum : this.options.sgdMomentum;
    for (const { variable, gradient, slots } of updates) {
      const [sum] = slots;
      const next = add(mul(sum, momentum), gradient);
      sum.assign(next);
      const move = nesterov ? add(gradient, mul(next, momentum)) : next;
      if (rule === "sgd") {
        variable.assign(sub(variable, mul(move, learningRate)));
        continue;
      }
      const outputs = variable.shape.at(-1)!;
      const from = normalizeWeights ? toNorm(variable, Math.sqrt(outputs)) : variable;
      variable.assign(sub(from, mul(this.#orthogonal(move, outputs), learningRate)));
    }
  }

  #orthogonal(move: Tensor, outputs: number): Tensor {
    const { newtonSchulzSteps, adjustLearningRate } = this.options;
    const inputs = move.size / outputs;
    const factor = {
      none: 1,
      original: Math.sqrt(Math.max(1, outputs / inputs)),
      matchRmsAdamW: 0.2 * Math.sqrt(Math.max(outputs, inputs)),
    }[adjustLearningRate];
    const matrix: Tensor2D = reshape(move, [inputs, outputs]);
    return reshape(mul(orthogonalized(matrix, newtonSchulzSteps), factor), move.shape);
  }
}
