/** dx of activations: dy times the slope, which follows from the input or from the output. */
import {
  geluGradient4,
  geluNewGradient4,
  hardSigmoidLine4,
  mishGradient4,
  swishGradient4,
} from "./activation-math";
import { expm14 } from "./math";
import { select } from "./vector";
import { ActivationGradient, ActivationGradientWords } from "./words.generated";

/** `kept` is the output or the input, whichever the gradient follows from; `p` LeakyRelu's slope. */
// @ts-ignore: decorator
@inline
function gradient4(op: ActivationGradient, dy: v128, kept: v128, p: v128): v128 {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const open = f32x4.gt(kept, zero);
  if (op == ActivationGradient.Relu) return v128.and(dy, open);
  if (op == ActivationGradient.Relu6) {
    return v128.and(dy, v128.and(open, f32x4.lt(kept, f32x4.splat(6))));
  }
  if (op == ActivationGradient.LeakyRelu) return select(open, dy, f32x4.mul(p, dy));
  if (op == ActivationGradient.HardSigmoid) {
    const line = hardSigmoidLine4(kept);
    const inside = v128.and(f32x4.ge(line, zero), f32x4.le(line, one));
    return v128.and(f32x4.mul(dy, f32x4.splat(0.2)), inside);
  }
  let slope: v128;
  if (op == ActivationGradient.Elu) {
    slope = select(f32x4.ge(kept, zero), one, f32x4.add(kept, one));
  } else if (op == ActivationGradient.Selu) {
    const scale = f32x4.splat(1.0507009873554805);
    slope = select(open, scale, f32x4.add(kept, f32x4.splat(1.7580993408473768)));
  } else if (op == ActivationGradient.Sigmoid) slope = f32x4.mul(kept, f32x4.sub(one, kept));
  else if (op == ActivationGradient.Tanh) slope = f32x4.sub(one, f32x4.mul(kept, kept));
  else if (op == ActivationGradient.Softplus) slope = f32x4.neg(expm14(f32x4.neg(kept)));
  else if (op == ActivationGradient.Gelu) slope = geluGradient4(kept);
  else if (op == ActivationGradient.GeluNew) slope = geluNewGradient4(kept);
  else if (op == ActivationGradient.Swish) slope = swishGradient4(kept);
  else if (op == ActivationGradient.Mish) slope = mishGradient4(kept);
  else {
    // Softsign.
    const size = f32x4.add(f32x4.abs(kept), one);
    return f32x4.div(dy, f32x4.mul(size, size));
  }
  return f32x4.mul(dy, slope);
}

// @ts-ignore: decorator
@inline
function loop(op: ActivationGradient, dy: usize, kept: usize, dx: usize, bytes: usize, p: v128): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(dx + i, gradient4(op, v128.load(dy + i), v128.load(kept + i), p));
  }
}

/** Of `n` bytes at dx, which may be those at dy or `kept`; the last vector is stored whole. */
export function activationGradientBlock(
  op: i32,
  dy: usize,
  kept: usize,
  dx: usize,
  n: usize,
  p: v128,
): void {
  switch (op) {
    case ActivationGradient.Relu: return loop(ActivationGradient.Relu, dy, kept, dx, n, p);
    case ActivationGradient.Relu6: return loop(ActivationGradient.Relu6, dy, kept, dx, n, p);
    case ActivationGradient.Elu: return loop(ActivationGradient.Elu, dy, kept, dx, n, p);
    case ActivationGradient.Selu: return loop(ActivationGradient.Selu, dy, kept, dx, n, p);
    case ActivationGradient.Sigmoid: return loop(ActivationGradient.Sigmoid, dy, kept, dx, n, p);
    case ActivationGradient.Tanh: return loop(ActivationGradient.Tanh, dy, kept, dx, n, p);
    case ActivationGradient.Softplus: return loop(ActivationGradient.Softplus, dy, kept, dx, n, p);
    case ActivationGradient.LeakyRelu: return loop(ActivationGradient.LeakyRelu, dy, kept, dx, n, p);
    case ActivationGradient.Gelu: return loop(ActivationGradient.Gelu, dy, kept, dx, n, p);
    case ActivationGradient.GeluNew: return loop(ActivationGradient.GeluNew, dy, kept, dx, n, p);
    case ActivationGradient.Swish: return loop(ActivationGradient.Swish, dy, kept, dx, n, p);
    case ActivationGradient.Mish: return loop(ActivationGradient.Mish, dy, kept, dx, n, p);
    case ActivationGradient.HardSigmoid: return loop(ActivationGradient.HardSigmoid, dy, kept, dx, n, p);
    case ActivationGradient.Softsign: return loop(ActivationGradient.Softsign, dy, kept, dx, n, p);
  }
}

/** dx = dy times the slope of op. */
export function activation_gradient_f32(task: i32, words: ActivationGradientWords, scratch: usize): void {
  const begin = task * words.perTask;
  const n = <usize>min(words.perTask, words.length - begin) << 2;
  const at = <usize>begin << 2;
  const p = f32x4.splat(words.alpha);
  activationGradientBlock(words.op, words.dy + at, words.kept + at, words.dx + at, n, p);
}
