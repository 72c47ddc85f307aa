/** Activations one vector at a time: those that are no operations of tfjs, and what products end with. */
import { gelu4, geluSlope4, hardSigmoidLine4, mish4 } from "./activation-math";
import { expm14, sigmoid4, softplus4, tanh4 } from "./math";
import { select } from "./vector";
import { Unary } from "./words.generated";

// @ts-ignore: decorator
@inline
export function activation4(op: i32, x: v128): v128 {
  const one = f32x4.splat(1);
  if (op == Unary.Gelu) return gelu4(x);
  if (op == Unary.GeluNew) return f32x4.mul(x, sigmoid4(f32x4.mul(x, geluSlope4(f32x4.mul(x, x)))));
  if (op == Unary.Swish) return f32x4.mul(x, sigmoid4(x));
  if (op == Unary.Mish) return mish4(x);
  if (op == Unary.HardSigmoid) {
    return f32x4.pmin(f32x4.pmax(hardSigmoidLine4(x), f32x4.splat(0)), one);
  }
  return f32x4.div(x, f32x4.add(f32x4.abs(x), one));
}

/** Others of those that a product may end with; `p` and `q` are Selu's parameters. */
function common4(op: i32, x: v128, p: v128, q: v128): v128 {
  const positive = f32x4.ge(x, f32x4.splat(0));
  if (op == Unary.Sigmoid) return sigmoid4(x);
  if (op == Unary.Tanh) return tanh4(x);
  if (op == Unary.Softplus) return softplus4(x);
  const below = expm14(x);
  if (op == Unary.Elu) return select(positive, x, below);
  return select(positive, f32x4.mul(p, x), f32x4.mul(q, below));
}

/** y = op(x) of `n` bytes at x, which may be those at y; the last vector is stored whole. */
export function activationBlock(op: i32, x: usize, y: usize, n: usize, p: v128, q: v128): void {
  if (op == Unary.Relu || op == Unary.Relu6) {
    const zero = f32x4.splat(0);
    const ceiling = f32x4.splat(op == Unary.Relu ? Infinity : 6);
    for (let i: usize = 0; i < n; i += 16) {
      const positive = f32x4.add(f32x4.pmax(v128.load(x + i), zero), zero);
      v128.store(y + i, f32x4.pmin(positive, ceiling));
    }
  } else if (op >= Unary.Gelu) {
    for (let i: usize = 0; i < n; i += 16) v128.store(y + i, activation4(op, v128.load(x + i)));
  } else {
    for (let i: usize = 0; i < n; i += 16) v128.store(y + i, common4(op, v128.load(x + i), p, q));
  }
}
