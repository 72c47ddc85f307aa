/**
 * Operations that share a kernel, which a word tells apart: an operation's number is its place in
 * the list. Names are those of tfjs's kernels.
 */
export const OPERATIONS = {
  Unary: [
    "Relu",
    "Relu6",
    "LeakyRelu",
    "Elu",
    "Selu",
    "Step",
    "Sqrt",
    "Rsqrt",
    "Square",
    "Neg",
    "Abs",
    "Exp",
    "Expm1",
    "Log",
    "Log1p",
    "Sigmoid",
    "Tanh",
    "Softplus",
    "Reciprocal",
    "Floor",
    "Ceil",
    "Round",
    "Sign",
    "ClipByValue",
    "Erf",
    // Activations of tfjs-layers that are no kernels of tfjs.
    "Gelu",
    "GeluNew",
    "Swish",
    "Mish",
    "HardSigmoid",
    "Softsign",
  ],
  /** Gradients of activations, by their operations' names in `Unary`. */
  ActivationGradient: [
    // They follow from the output.
    "Elu",
    "Selu",
    "Sigmoid",
    "Tanh",
    "Softplus",
    // From the output or the input.
    "Relu",
    "Relu6",
    // From the input.
    "LeakyRelu",
    "Gelu",
    "GeluNew",
    "Swish",
    "Mish",
    "HardSigmoid",
    "Softsign",
  ],
  Binary: [
    "Add",
    "Sub",
    "Multiply",
    "RealDiv",
    "Maximum",
    "Minimum",
    "SquaredDifference",
    "Prelu",
    "EluGrad",
    "Pow",
    "Mod",
    // From here on the output is bool.
    "Equal",
    "NotEqual",
    "Less",
    "LessEqual",
    "Greater",
    "GreaterEqual",
  ],
  BinaryInt: [
    "Add",
    "Sub",
    "Multiply",
    "Maximum",
    "Minimum",
    "SquaredDifference",
    "FloorDiv",
    "Mod",
    // From here on the output is bool.
    "Equal",
    "NotEqual",
    "Less",
    "LessEqual",
    "Greater",
    "GreaterEqual",
  ],
  BinaryBool: [
    "LogicalAnd",
    "LogicalOr",
    "LogicalXor",
    "Equal",
    "NotEqual",
    "Less",
    "LessEqual",
    "Greater",
    "GreaterEqual",
  ],
  UnaryInt: ["Neg", "Abs", "Square", "Sign", "Relu", "ClipByValue"],
  Predicate: ["IsNan", "IsInf", "IsFinite"],
  Fold: ["Sum", "Prod", "Max", "Min"],
  FoldInt: ["Sum", "Prod", "Max", "Min"],
  Conversion: [
    "Int32ToFloat32",
    "BoolToFloat32",
    "Float32ToBool",
    "BoolToInt32",
    "Float32ToInt32",
    "Int32ToBool",
  ],
  /** Activations of recurrent cells, by tfjs-layers' names. */
  CellActivation: ["linear", "relu", "sigmoid", "hardSigmoid", "tanh"],
  UpdateRule: [
    "SGD",
    "Momentum",
    "NesterovMomentum",
    "Adam",
    "RMSProp",
    "CenteredRMSProp",
    "Adamax",
    "Adagrad",
    "Adadelta",
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The number of an operation. */
export function operation<Family extends keyof typeof OPERATIONS>(
  family: Family,
  name: (typeof OPERATIONS)[Family][number],
): number {
  return (OPERATIONS[family] as readonly string[]).indexOf(name);
}

/** Families of which every operation is a kernel of its own, `<operation>_<what it works on>`. */
export const KERNEL_FAMILIES = {
  Unary: "f32",
  UnaryInt: "i32",
  Predicate: "f32",
  Binary: "f32",
  BinaryInt: "i32",
  BinaryBool: "bool",
  Conversion: "cast",
  Fold: "f32",
  FoldInt: "i32",
} as const satisfies Partial<Record<keyof typeof OPERATIONS, string>>;

export type KernelFamily = keyof typeof KERNEL_FAMILIES;

/** The names of a family's kernels. */
export type FamilyKernel<Family extends KernelFamily> = Family extends KernelFamily
  ? `${(typeof OPERATIONS)[Family][number]}_${(typeof KERNEL_FAMILIES)[Family]}`
  : never;
