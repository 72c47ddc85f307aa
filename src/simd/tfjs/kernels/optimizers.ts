import type { TensorInfo } from "@tensorflow/tfjs-core";
import { adamUpdate, sgdUpdate, stockUpdate, type UpdateRule } from "../../plans/optimizers.ts";
import { floatBits } from "../../plans/plan.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";
import { withUpdateTable } from "../update-table.ts";

interface AdamAttrs {
  readonly beta1: number;
  readonly beta2: number;
  /** The step's learning rate with both bias corrections in it. */
  readonly alpha: number;
  readonly epsilon: number;
}

/**
 * Inputs: variable, gradient, first and second moment, then those of the next variable. Updates
 * variables and moments in place:
 *
 *     m += (g - m) (1 - beta1);  v += (g^2 - v) (1 - beta2);  w -= alpha m / (sqrt(v) + epsilon)
 */
const adam = defineKernel<TensorInfo[], AdamAttrs>(
  "AdamUpdate",
  ({ inputs, attrs: { beta1, beta2, alpha, epsilon }, backend }) => {
    const tensors = Object.values(inputs);
    if (tensors.some(({ dtype }) => dtype !== "float32")) return null;
    const values = {
      rate1: floatBits(1 - beta1),
      rate2: floatBits(1 - beta2),
      alpha: floatBits(alpha),
      epsilon: floatBits(epsilon),
    };
    withUpdateTable(backend, tensors, 4, (table, blocks) => {
      backend.run(["AdamUpdate", blocks], { table, ...values }, (plan, places) => {
        adamUpdate(plan, blocks, places);
      });
    });
    return [];
  },
);

interface SgdAttrs {
  readonly learningRate: number;
  /** 0: inputs without velocities. */
  readonly momentum: number;
  readonly nesterov: boolean;
}

/**
 * Inputs: variable, gradient and, with momentum, velocity, then those of the next variable. Updates
 * variables and velocities in place:
 *
 *     v = momentum v - rate g;  w += v, with Nesterov's momentum w += momentum v - rate g
 */
const sgd = defineKernel<TensorInfo[], SgdAttrs>(
  "SgdUpdate",
  ({ inputs, attrs: { learningRate, momentum, nesterov }, backend }) => {
    const tensors = Object.values(inputs);
    if (tensors.some(({ dtype }) => dtype !== "float32")) return null;
    const kind = { hasVelocity: momentum !== 0, nesterov };
    const values = { rate: floatBits(learningRate), momentum: floatBits(momentum) };
    withUpdateTable(backend, tensors, kind.hasVelocity ? 3 : 2, (table, blocks) => {
      const key = ["SgdUpdate", blocks, kind.hasVelocity, nesterov];
      backend.run(key, { table, ...values }, (plan, places) => {
        sgdUpdate(plan, blocks, kind, places);
      });
    });
    return [];
  },
);

/** How many numbers each of TensorFlow.js's rules takes as tensors, and how many states a variable has. */
const RULES: Readonly<Record<UpdateRule, readonly [scalars: number, states: number]>> = {
  SGD: [1, 0],
  Momentum: [2, 1],
  NesterovMomentum: [2, 1],
  Adam: [2, 2],
  RMSProp: [0, 2],
  CenteredRMSProp: [0, 3],
  Adamax: [1, 2],
  Adagrad: [0, 1],
  Adadelta: [0, 2],
};

interface StockAttrs {
  readonly rule: UpdateRule;
  readonly learningRate?: number;
  readonly decay1?: number;
  readonly decay2?: number;
  readonly epsilon?: number;
}

/**
 * Inputs: the rule's numbers, then variable, gradient and states, then those of the next variable.
 * Updates variables and states in place, as assembly/fused-optimizers.ts says.
 */
const stock = defineKernel<TensorInfo[], StockAttrs>(
  "StockUpdate",
  ({ inputs, attrs, backend }) => {
    const tensors = Object.values(inputs);
    if (tensors.some(({ dtype }) => dtype !== "float32")) return null;
    const { rule, learningRate = 0, decay1 = 0, decay2 = 0, epsilon = 0 } = attrs;
    const [scalars, states] = RULES[rule];
    const [scalar1 = null, scalar2 = null] = tensors
      .slice(0, scalars)
      .map((scalar) => backend.pointer(scalar));
    const values = {
      rate: floatBits(learningRate),
      decay1: floatBits(decay1),
      rest1: floatBits(1 - decay1),
      decay2: floatBits(decay2),
      rest2: floatBits(1 - decay2),
      epsilon: floatBits(epsilon),
    };
    withUpdateTable(backend, tensors.slice(scalars), 2 + states, (table, blocks) => {
      const key = ["StockUpdate", rule, blocks];
      backend.run(key, { table, scalar1, scalar2, ...values }, (plan, places) => {
        stockUpdate(plan, blocks, rule, places);
      });
    });
    return [];
  },
);

export const optimizerKernels: readonly SimdKernel[] = [adam, sgd, stock];
