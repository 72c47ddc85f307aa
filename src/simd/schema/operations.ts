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
    // From here on the output is bool.
    "Equal",
    "NotEqual",
    "Less",
    "LessEqual",
    "Greater",
    "GreaterEqual",
  ],
  Logical: ["LogicalAnd", "LogicalOr", "LogicalNot"],
  Fold: ["Sum", "Prod", "Max", "Min"],
  Conversion: ["Int32ToFloat32", "BoolToFloat32", "Float32ToBool", "BoolToInt32"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The number of an operation. */
export function operation<Family extends keyof typeof OPERATIONS>(
  family: Family,
  name: (typeof OPERATIONS)[Family][number],
): number {
  return (OPERATIONS[family] as readonly string[]).indexOf(name);
}
