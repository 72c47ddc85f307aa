/**
 * TensorFlow.js's own optimizers with their update in one kernel, where the backend has it: as they are,
 * each runs ten operations or so for every variable. Formulas, state and bits stay theirs.
 */
import {
  AdadeltaOptimizer,
  AdagradOptimizer,
  AdamaxOptimizer,
  AdamOptimizer,
  add,
  backend,
  div,
  engine,
  MomentumOptimizer,
  mul,
  type NamedAttrMap,
  type Optimizer,
  RMSPropOptimizer,
  SGDOptimizer,
  sub,
  type Tensor,
  tidy,
} from "@tensorflow/tfjs-core";
import { hasFusedKernel, runFusedKernel } from "../backend/fused-kernels.ts";
import type { OptimizerVariable, StockRuleInternals } from "../internals.ts";

/** What the kernel is told of a class, beside its numbers. */
interface Rule {
  readonly stock: { readonly prototype: Optimizer };
  /** Its state, each list for all variables. */
  readonly states: (self: StockRuleInternals) => readonly (readonly OptimizerVariable[])[];
  /** Numbers that it keeps as tensors. */
  readonly scalars?: (self: StockRuleInternals) => readonly Tensor[];
  /** Moves those on, after a step. */
  readonly advance?: (self: StockRuleInternals) => void;
}

const RULES: readonly Rule[] = [
  { stock: SGDOptimizer, states: () => [], scalars: ({ c }) => [c] },
  {
    stock: MomentumOptimizer,
    states: ({ accumulations }) => [accumulations],
    scalars: ({ c, m }) => [c, m],
  },
  {
    stock: AdamOptimizer,
    states: (self) => [self.accumulatedFirstMoment, self.accumulatedSecondMoment],
    scalars: ({ accBeta1, accBeta2 }) => [sub(1, accBeta1), sub(1, accBeta2)],
    advance: ({ accBeta1, accBeta2, beta1, beta2 }) => {
      accBeta1.assign(mul(accBeta1, beta1));
      accBeta2.assign(mul(accBeta2, beta2));
    },
  },
  {
    stock: AdamaxOptimizer,
    states: (self) => [self.accumulatedFirstMoment, self.accumulatedWeightedInfNorm],
    scalars: ({ learningRate, iteration, decay, accBeta1 }) => [
      div(div(-learningRate, add(mul(iteration, decay), 1)), sub(1, accBeta1)),
    ],
    advance: ({ iteration, accBeta1, beta1 }) => {
      iteration.assign(add(iteration, 1));
      accBeta1.assign(mul(accBeta1, beta1));
    },
  },
  {
    stock: RMSPropOptimizer,
    states: ({ centered, ...self }) => [
      ...[self.accumulatedMeanSquares, self.accumulatedMoments],
      ...(centered ? [self.accumulatedMeanGrads] : []),
    ],
  },
  { stock: AdagradOptimizer, states: ({ accumulatedGrads }) => [accumulatedGrads] },
  {
    stock: AdadeltaOptimizer,
    states: (self) => [self.accumulatedGrads, self.accumulatedUpdates],
  },
];

/**
 * Has an optimizer of TensorFlow.js update all variables in one kernel on backends that have it. Any
 * other, a user's subclass included, stays as it is. Idempotent.
 */
export function withFusedUpdate(optimizer: Optimizer): void {
  const rule = RULES.find(
    ({ stock }) => stock.prototype.applyGradients === optimizer.applyGradients,
  );
  if (!rule) return;
  const self = optimizer as unknown as StockRuleInternals;
  const stock = optimizer.applyGradients.bind(optimizer);
  optimizer.applyGradients = (gradients) => {
    const given: readonly (readonly [string, Tensor | null])[] = Array.isArray(gradients)
      ? gradients.map(({ name, tensor }) => [name, tensor])
      : Object.entries(gradients);
    const states = rule.states(self);
    // Its first step makes the state.
    if (!hasFusedKernel("StockUpdate") || states.some(({ length }) => length < given.length)) {
      stock(gradients);
      return;
    }
    tidy(() => {
      const updates = given.flatMap(([name, gradient], i) => {
        const variable = engine().registeredVariables[name];
        return gradient ? [variable, gradient, ...states.map((list) => list[i].variable)] : [];
      });
      const scalars = rule.scalars?.(self) ?? [];
      runFusedKernel(
        "StockUpdate",
        [...scalars, ...updates],
        attributesOf(self, optimizer.getClassName()),
      );
      rule.advance?.(self);
    });
    self.incrementIterations();
  };
}

/** The numbers of a rule under the kernel's names; a rule takes those that it knows. */
function attributesOf(self: Partial<StockRuleInternals>, name: string): NamedAttrMap {
  const kind = self.useNesterov ? "Nesterov" : self.centered ? "Centered" : "";
  return {
    rule: kind + name,
    learningRate: self.learningRate ?? 0,
    decay1: self.beta1 ?? self.momentum ?? 0,
    decay2: self.beta2 ?? self.rho ?? self.decay ?? 0,
    // Adagrad has none of its own.
    epsilon: self.epsilon ?? backend().epsilon(),
  };
}
