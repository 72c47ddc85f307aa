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
// @ts-ignore: decorator
@inline
function common4(op: i32, x: v128, p: v128, q: v128): v128 {
  const zero = f32x4.splat(0);
  const positive = f32x4.ge(x, zero);
  if (op == Unary.Relu) return f32x4.add(f32x4.pmax(x, zero), zero);
  if (op == Unary.Relu6) return f32x4.pmin(f32x4.add(f32x4.pmax(x, zero), zero), f32x4.splat(6));
  if (op == Unary.Sigmoid) return sigmoid4(x);
  if (op == Unary.Tanh) return tanh4(x);
  if (op == Unary.Softplus) return softplus4(x);
  const below = expm14(x);
  if (op == Unary.Elu) return select(positive, x, below);
  return select(positive, f32x4.mul(p, x), f32x4.mul(q, below));
}

// @ts-ignore: decorator
@inline
function loop(op: i32, x: usize, y: usize, bytes: usize, p: v128, q: v128): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    const value = v128.load(x + i);
    v128.store(y + i, op >= Unary.Gelu ? activation4(op, value) : common4(op, value, p, q));
  }
}

/** y = op(x) of `n` bytes at x, which may be those at y; the last vector is stored whole. */
export function activationBlock(op: i32, x: usize, y: usize, n: usize, p: v128, q: v128): void {
  switch (op) {
    case Unary.Relu: return loop(Unary.Relu, x, y, n, p, q);
    case Unary.Relu6: return loop(Unary.Relu6, x, y, n, p, q);
    case Unary.Elu: return loop(Unary.Elu, x, y, n, p, q);
    case Unary.Selu: return loop(Unary.Selu, x, y, n, p, q);
    case Unary.Sigmoid: return loop(Unary.Sigmoid, x, y, n, p, q);
    case Unary.Tanh: return loop(Unary.Tanh, x, y, n, p, q);
    case Unary.Softplus: return loop(Unary.Softplus, x, y, n, p, q);
    case Unary.Gelu: return loop(Unary.Gelu, x, y, n, p, q);
    case Unary.GeluNew: return loop(Unary.GeluNew, x, y, n, p, q);
    case Unary.Swish: return loop(Unary.Swish, x, y, n, p, q);
    case Unary.Mish: return loop(Unary.Mish, x, y, n, p, q);
    case Unary.HardSigmoid: return loop(Unary.HardSigmoid, x, y, n, p, q);
    case Unary.Softsign: return loop(Unary.Softsign, x, y, n, p, q);
  }
}
