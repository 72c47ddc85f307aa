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

/** What one step of an optimizer hands to the kernel. */
interface Step {
  readonly rule: string;
  /** Numbers that it keeps as tensors. */
  readonly scalars?: readonly Tensor[];
  readonly attributes?: NamedAttrMap;
  /** Its state, each list for all variables. */
  readonly states: readonly (readonly OptimizerVariable[])[];
  /** Moves on what it counts in tensors, apart from the number of steps. */
  readonly advance?: () => void;
}

const RULES: readonly (readonly [
  { prototype: Optimizer },
  (optimizer: StockRuleInternals) => Step,
])[] = [
  [SGDOptimizer, ({ c }) => ({ rule: "SGD", scalars: [c], states: [] })],
  [
    MomentumOptimizer,
    ({ c, m, useNesterov, accumulations }) => ({
      rule: useNesterov ? "NesterovMomentum" : "Momentum",
      scalars: [c, m],
      states: [accumulations],
    }),
  ],
  [
    AdamOptimizer,
    (self) => ({
      rule: "Adam",
      scalars: [sub(1, self.accBeta1), sub(1, self.accBeta2)],
      attributes: {
        learningRate: self.learningRate,
        decay1: self.beta1,
        decay2: self.beta2,
        epsilon: self.epsilon,
      },
      states: [self.accumulatedFirstMoment, self.accumulatedSecondMoment],
      advance: () => {
        self.accBeta1.assign(mul(self.accBeta1, self.beta1));
        self.accBeta2.assign(mul(self.accBeta2, self.beta2));
      },
    }),
  ],
  [
    AdamaxOptimizer,
    (self) => ({
      rule: "Adamax",
      scalars: [
        div(
          div(-self.learningRate, add(mul(self.iteration, self.decay), 1)),
          sub(1, self.accBeta1),
        ),
      ],
      attributes: { decay1: self.beta1, decay2: self.beta2, epsilon: self.epsilon },
      states: [self.accumulatedFirstMoment, self.accumulatedWeightedInfNorm],
      advance: () => {
        self.iteration.assign(add(self.iteration, 1));
        self.accBeta1.assign(mul(self.accBeta1, self.beta1));
      },
    }),
  ],
  [
    RMSPropOptimizer,
    ({ learningRate, decay, momentum, epsilon, centered, ...self }) => ({
      rule: centered ? "CenteredRMSProp" : "RMSProp",
      attributes: { learningRate, decay1: momentum, decay2: decay, epsilon },
      states: [
        ...[self.accumulatedMeanSquares, self.accumulatedMoments],
        ...(centered ? [self.accumulatedMeanGrads] : []),
      ],
    }),
  ],
  [
    AdagradOptimizer,
    ({ learningRate, accumulatedGrads }) => ({
      rule: "Adagrad",
      attributes: { learningRate, epsilon: backend().epsilon() },
      states: [accumulatedGrads],
    }),
  ],
  [
    AdadeltaOptimizer,
    ({ learningRate, rho, epsilon, accumulatedGrads, accumulatedUpdates }) => ({
      rule: "Adadelta",
      attributes: { learningRate, decay2: rho, epsilon },
      states: [accumulatedGrads, accumulatedUpdates],
    }),
  ],
];

/**
 * Has an optimizer of TensorFlow.js update all variables in one kernel on backends that have it. Any
 * other, a user's subclass included, stays as it is. Idempotent.
 */
export function withFusedUpdate(optimizer: Optimizer): void {
  const rule = RULES.find(
    ([{ prototype }]) => prototype.applyGradients === optimizer.applyGradients,
  );
  if (!rule) return;
  const [, stepOf] = rule;
  const stock = optimizer.applyGradients.bind(optimizer);
  optimizer.applyGradients = (gradients) => {
    const isDone = tidy(() => {
      if (!hasFusedKernel("StockUpdate")) return false;
      const step = stepOf(optimizer as unknown as StockRuleInternals);
      const given: readonly [string, Tensor | null][] = Array.isArray(gradients)
        ? gradients.map(({ name, tensor }) => [name, tensor])
        : Object.entries(gradients);
      // Its first step makes the state.
      if (step.states.some((list) => list.length < given.length)) return false;
      const updates = given.flatMap(([name, gradient], i) =>
        gradient == null
          ? []
          : [
              engine().registeredVariables[name],
              gradient,
              ...step.states.map((list) => list[i].variable),
            ],
      );
      const { rule, scalars = [], attributes } = step;
      runFusedKernel("StockUpdate", [...scalars, ...updates], { rule, ...attributes });
      step.advance?.();
      return true;
    });
    if (!isDone) stock(gradients);
    else (optimizer as unknown as StockRuleInternals).incrementIterations();
  };
}
