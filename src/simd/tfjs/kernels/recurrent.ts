/**
 * Recurrent layers over whole sequences. Their inputs' share of the gates, z, is a product that others
 * compute; time goes first. The outputs begin with the hidden states, that before the first step
 * included; what follows is for the gradient, but for the LSTM's last state.
 */
import {
  add,
  concat,
  engine,
  type GradConfig,
  matMul,
  reshape,
  slice,
  type Tensor,
  type Tensor2D,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import { OPERATIONS } from "../../schema/operations.ts";
import {
  gru,
  gruGradient,
  lstm,
  lstmGradient,
  rnn,
  rnnGradient,
  type Sequence,
} from "../../plans/recurrent.ts";
import type { Key } from "../../runtime/key-table.ts";
import type { SimdBackend } from "../backend.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";

type Attrs = Pick<Sequence, "activation" | "recurrentActivation">;

/** z `[steps, rows, gates * units]`, the kernel of the hidden state, states before the first step. */
interface Inputs {
  readonly z: TensorInfo;
  readonly kernel: TensorInfo;
  readonly h?: TensorInfo;
}

/** The sequence of a call with so many gates; null if it is none of the module's. */
function sequenceOf(
  inputs: object,
  [steps, rows, width]: readonly number[],
  gates: number,
  { activation, recurrentActivation }: Attrs,
): Sequence | null {
  const known: readonly string[] = OPERATIONS.CellActivation;
  if (![activation, recurrentActivation].every((name) => known.includes(name))) return null;
  const given = Object.values(inputs).filter(Boolean) as TensorInfo[];
  if (given.some(({ dtype }) => dtype !== "float32")) return null;
  if (steps * rows * width === 0) return null;
  return { steps, rows, units: width / gates, activation, recurrentActivation };
}

const keyOf = (name: string, { steps, rows, units, ...kinds }: Sequence): Key => [
  ...[name, steps, rows, units, kinds.activation, kinds.recurrentActivation],
];

const pointerOf = (backend: SimdBackend, tensor?: TensorInfo): number | null =>
  tensor ? backend.pointer(tensor) : null;

/** The addresses of these tensors, by their names. */
function pointersOf<Name extends string>(
  backend: SimdBackend,
  tensors: Record<Name, TensorInfo>,
): Record<Name, number> {
  const pointers = Object.entries<TensorInfo>(tensors).map(([name, tensor]) => [
    name,
    backend.pointer(tensor),
  ]);
  return Object.fromEntries(pointers) as Record<Name, number>;
}

/** [hidden states, last state of the cell, gates, states of the cell before each step] */
const lstmSequence = defineKernel<Inputs & { c?: TensorInfo }, Attrs>(
  "LstmSequence",
  ({ inputs, attrs, backend }) => {
    const { z, kernel } = inputs;
    const sequence = sequenceOf(inputs, z.shape, 4, attrs);
    if (!sequence) return null;
    const { steps, rows, units } = sequence;
    const made = {
      h: backend.output([steps + 1, rows, units]),
      c: backend.output([rows, units]),
      gates: backend.output(z.shape),
      befores: backend.output([steps, rows, units]),
    };
    const states = { h0: pointerOf(backend, inputs.h), c0: pointerOf(backend, inputs.c) };
    const operands = { ...pointersOf(backend, { z, kernel, ...made }), ...states };
    backend.run(keyOf("LstmSequence", sequence), operands, (plan, places) => {
      lstm(plan, sequence, places);
    });
    return Object.values(made);
  },
);

/** [dz, the gradient of the cell's first state] */
const lstmSequenceGradient = defineKernel<
  Record<"kernel" | "c" | "gates" | "befores" | "dh" | "dc", TensorInfo>,
  Attrs
>("LstmSequenceGrad", ({ inputs, attrs, backend }) => {
  const sequence = sequenceOf(inputs, inputs.gates.shape, 4, attrs)!;
  const made = { dz: backend.output(inputs.gates.shape), dc0: backend.output(inputs.c.shape) };
  const operands = pointersOf(backend, { ...inputs, ...made });
  backend.run(keyOf("LstmSequenceGrad", sequence), operands, (plan, places) => {
    lstmGradient(plan, sequence, places);
  });
  return Object.values(made);
});

/** [hidden states, gates, hidden states behind the reset gate] */
const gruSequence = defineKernel<Inputs & { stateKernel: TensorInfo }, Attrs>(
  "GruSequence",
  ({ inputs, attrs, backend }) => {
    const { z, kernel, stateKernel } = inputs;
    const sequence = sequenceOf(inputs, z.shape, 3, attrs);
    if (!sequence) return null;
    const { steps, rows, units } = sequence;
    const made = {
      h: backend.output([steps + 1, rows, units]),
      gates: backend.output(z.shape),
      resets: backend.output([steps, rows, units]),
    };
    const h0 = pointerOf(backend, inputs.h);
    const operands = { ...pointersOf(backend, { z, kernel, stateKernel, ...made }), h0 };
    backend.run(keyOf("GruSequence", sequence), operands, (plan, places) => {
      gru(plan, sequence, places);
    });
    return Object.values(made);
  },
);

/** [gradient of the gates' part of z, that of the rest, what of that of h goes back without a product] */
const gruSequenceGradient = defineKernel<
  Record<"kernel" | "stateKernel" | "h" | "gates" | "dh", TensorInfo>,
  Attrs
>("GruSequenceGrad", ({ inputs, attrs, backend }) => {
  const sequence = sequenceOf(inputs, inputs.gates.shape, 3, attrs)!;
  const { steps, rows, units } = sequence;
  const made = {
    dgates: backend.output([steps, rows, 2 * units]),
    dstate: backend.output([steps, rows, units]),
    carry: backend.output([rows, units]),
  };
  const operands = pointersOf(backend, { ...inputs, ...made });
  backend.run(keyOf("GruSequenceGrad", sequence), operands, (plan, places) => {
    gruGradient(plan, sequence, places);
  });
  return Object.values(made);
});

/** The hidden states. */
const rnnSequence = defineKernel<Inputs, Attrs>(
  "SimpleRnnSequence",
  ({ inputs, attrs, backend }) => {
    const { z, kernel } = inputs;
    const sequence = sequenceOf(inputs, z.shape, 1, attrs);
    if (!sequence) return null;
    const { steps, rows, units } = sequence;
    const h = backend.output([steps + 1, rows, units]);
    const operands = {
      ...pointersOf(backend, { z, kernel, h }),
      h0: pointerOf(backend, inputs.h),
    };
    backend.run(keyOf("SimpleRnnSequence", sequence), operands, (plan, places) => {
      rnn(plan, sequence, places);
    });
    return h;
  },
);

const rnnSequenceGradient = defineKernel<Record<"kernel" | "h" | "dh", TensorInfo>, Attrs>(
  "SimpleRnnSequenceGrad",
  ({ inputs, attrs, backend }) => {
    const { dh } = inputs;
    const sequence = sequenceOf(inputs, dh.shape, 1, attrs)!;
    const dz = backend.output(dh.shape);
    const operands = pointersOf(backend, { ...inputs, dz });
    backend.run(keyOf("SimpleRnnSequenceGrad", sequence), operands, (plan, places) => {
      rnnGradient(plan, sequence, places);
    });
    return dz;
  },
);

/** A tensor's rows of all steps. */
const rowsOf = (x: Tensor): Tensor2D => reshape(x, [-1, x.shape[2]!]);

/** All steps of the hidden states but the last. */
const beforeSteps = (h: Tensor): Tensor =>
  slice(h, [0, 0, 0], [h.shape[0] - 1, ...h.shape.slice(1)]);

/** All steps but that before the first. */
const afterSteps = (h: Tensor): Tensor => slice(h, [1, 0, 0]);

const firstStep = (dz: Tensor): Tensor2D =>
  reshape(slice(dz, [0, 0, 0], [1, ...dz.shape.slice(1)]), dz.shape.slice(1) as [number, number]);

/** The gradient of a kernel that multiplies x at each step: x^T dz. */
const kernelGradient = (x: Tensor, dz: Tensor): Tensor =>
  matMul(rowsOf(x), rowsOf(dz), true, false);

/** The gradient of what is before the first step, by a product. */
const stateGradient = (dz: Tensor, kernel: Tensor): Tensor =>
  matMul(firstStep(dz), kernel as Tensor2D, false, true);

const gradientOf = (name: string, inputs: Record<string, Tensor>, attrs: GradientAttrs): Tensor[] =>
  [engine().runKernel(name, inputs, attrs)].flat();

type GradientAttrs = Parameters<GradConfig["gradFunc"]>[2];

export const recurrentGradients: readonly GradConfig[] = [
  {
    kernelName: "LstmSequence",
    inputsToSave: ["kernel"],
    outputsToSave: [true, true, true, true],
    gradFunc: (dys, [kernel, h, c, gates, befores], attrs) => {
      const [dh, dc] = dys as Tensor[];
      const inputs = { kernel, c, gates, befores, dh: afterSteps(dh), dc };
      const [dz, dc0] = gradientOf("LstmSequenceGrad", inputs, attrs);
      return {
        z: () => dz,
        kernel: () => kernelGradient(beforeSteps(h), dz),
        h: () => stateGradient(dz, kernel),
        c: () => dc0,
      };
    },
  },
  {
    kernelName: "GruSequence",
    inputsToSave: ["kernel", "stateKernel"],
    outputsToSave: [true, true, true],
    gradFunc: (dys, [kernel, stateKernel, h, gates, resets], attrs) => {
      const [dh] = dys as Tensor[];
      const inputs = { kernel, stateKernel, h, gates, dh: afterSteps(dh) };
      const [dgates, dstate, carry] = gradientOf("GruSequenceGrad", inputs, attrs);
      return {
        z: () => concat([dgates, dstate], 2),
        kernel: () => kernelGradient(beforeSteps(h), dgates),
        stateKernel: () => kernelGradient(resets, dstate),
        h: () => add(carry, stateGradient(dgates, kernel)),
      };
    },
  },
  {
    kernelName: "SimpleRnnSequence",
    inputsToSave: ["kernel"],
    outputsToSave: [true],
    gradFunc: (dh, [kernel, h], attrs) => {
      const inputs = { kernel, h, dh: afterSteps(dh as Tensor) };
      const [dz] = gradientOf("SimpleRnnSequenceGrad", inputs, attrs);
      return {
        z: () => dz,
        kernel: () => kernelGradient(beforeSteps(h), dz),
        h: () => stateGradient(dz, kernel),
      };
    },
  },
];

export const recurrentKernels: readonly SimdKernel[] = [
  ...[lstmSequence, lstmSequenceGradient, gruSequence, gruSequenceGradient],
  ...[rnnSequence, rnnSequenceGradient],
];
