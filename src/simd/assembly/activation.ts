/** Activations that are no operations of tfjs. */
import { gelu4, geluSlope4, hardSigmoidLine4, mish4 } from "./activation-math";
import { sigmoid4 } from "./math";
import { Unary } from "./words.generated";

// @ts-ignore: decorator
@inline
function activation4(op: Unary, x: v128): v128 {
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

// @ts-ignore: decorator
@inline
function loop(op: Unary, x: usize, y: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(y + i, activation4(op, v128.load(x + i)));
}

/** y = op(x) of `n` bytes at x, which may be those at y; the last vector is stored whole. */
export function activationBlock(op: i32, x: usize, y: usize, n: usize): void {
  switch (op) {
    case Unary.Gelu: return loop(Unary.Gelu, x, y, n);
    case Unary.GeluNew: return loop(Unary.GeluNew, x, y, n);
    case Unary.Swish: return loop(Unary.Swish, x, y, n);
    case Unary.Mish: return loop(Unary.Mish, x, y, n);
    case Unary.HardSigmoid: return loop(Unary.HardSigmoid, x, y, n);
    case Unary.Softsign: return loop(Unary.Softsign, x, y, n);
  }
}
