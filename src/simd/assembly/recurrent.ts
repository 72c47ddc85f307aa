/**
 * One time step of recurrent layers: all that is not a product of matrices. Rows are samples; a row of
 * gates has the units of one gate after those of another. Activations are differentiated by their
 * outputs. `inner`, the product with the hidden state before, is missing where that is zero.
 */
import { sigmoid4, tanh4 } from "./math";
import { storeFirst } from "./vector";
import {
  CellActivation,
  GruStepGradientWords,
  GruStepWords,
  LstmStepGradientWords,
  LstmStepWords,
  RnnStepGradientWords,
  RnnStepWords,
} from "./words.generated";

function activate(x: v128, kind: i32): v128 {
  if (kind == CellActivation.sigmoid) return sigmoid4(x);
  if (kind == CellActivation.tanh) return tanh4(x);
  const zero = f32x4.splat(0);
  if (kind == CellActivation.relu) return f32x4.pmax(x, zero);
  if (kind == CellActivation.linear) return x;
  const line = f32x4.add(f32x4.mul(x, f32x4.splat(0.2)), f32x4.splat(0.5));
  return f32x4.pmax(f32x4.pmin(line, f32x4.splat(1)), zero);
}

/** dy times the derivative of the activation where it gave y. */
function through(dy: v128, y: v128, kind: i32): v128 {
  const one = f32x4.splat(1);
  if (kind == CellActivation.sigmoid) return f32x4.mul(dy, f32x4.mul(y, f32x4.sub(one, y)));
  if (kind == CellActivation.tanh) return f32x4.mul(dy, f32x4.sub(one, f32x4.mul(y, y)));
  if (kind == CellActivation.linear) return dy;
  const positive = f32x4.gt(y, f32x4.splat(0));
  if (kind == CellActivation.relu) return v128.and(dy, positive);
  const inside = v128.and(positive, f32x4.lt(y, one));
  return v128.and(f32x4.mul(dy, f32x4.splat(0.2)), inside);
}

/** What is at `at` behind an address; 0 if that is none. */
// @ts-ignore: decorator
@inline
function given(base: usize, at: usize): v128 {
  return base == 0 ? f32x4.splat(0) : v128.load(base + at);
}

/** i, f, o = gates, g = the new content: c = f before + i g, h = o activation(c). */
export function lstm_step_f32(task: i32, words: LstmStepWords, scratch: usize): void {
  const units = words.units;
  const gate = <usize>units << 2;
  const activation = words.activation;
  const recurrent = words.recurrentActivation;
  const end = min(words.rows, (task + 1) * words.perTask);
  for (let row = task * words.perTask; row < end; row++) {
    for (let j = 0; j < units; j += 4) {
      const at = (<usize>row * <usize>units + <usize>j) << 2;
      const from = <usize>row * gate * 4 + (<usize>j << 2);
      const left = units - j;
      const z = words.z + from;
      const inner = words.inner;
      const gates = words.gates + from;
      const i = activate(f32x4.add(v128.load(z), given(inner, from)), recurrent);
      const f = activate(f32x4.add(v128.load(z + gate), given(inner, from + gate)), recurrent);
      const g = activate(
        f32x4.add(v128.load(z + 2 * gate), given(inner, from + 2 * gate)),
        activation,
      );
      const o = activate(
        f32x4.add(v128.load(z + 3 * gate), given(inner, from + 3 * gate)),
        recurrent,
      );
      storeFirst(gates, i, left);
      storeFirst(gates + gate, f, left);
      storeFirst(gates + 2 * gate, g, left);
      storeFirst(gates + 3 * gate, o, left);
      const kept = f32x4.mul(f, v128.load(words.before + at));
      const c = f32x4.add(kept, f32x4.mul(i, g));
      storeFirst(words.c + at, c, left);
      storeFirst(words.h + at, f32x4.mul(o, activate(c, activation)), left);
    }
  }
}

export function lstm_step_gradient_f32(
  task: i32,
  words: LstmStepGradientWords,
  scratch: usize,
): void {
  const units = words.units;
  const gate = <usize>units << 2;
  const activation = words.activation;
  const recurrent = words.recurrentActivation;
  const end = min(words.rows, (task + 1) * words.perTask);
  for (let row = task * words.perTask; row < end; row++) {
    for (let j = 0; j < units; j += 4) {
      const at = (<usize>row * <usize>units + <usize>j) << 2;
      const from = <usize>row * gate * 4 + (<usize>j << 2);
      const left = units - j;
      const gates = words.gates + from;
      const dz = words.dz + from;
      const i = v128.load(gates);
      const f = v128.load(gates + gate);
      const g = v128.load(gates + 2 * gate);
      const o = v128.load(gates + 3 * gate);
      const y = activate(v128.load(words.c + at), activation);
      const dh = f32x4.add(v128.load(words.dh + at), given(words.inner, at));
      const dc = f32x4.add(
        v128.load(words.dc + at),
        through(f32x4.mul(dh, o), y, activation),
      );
      const before = v128.load(words.before + at);
      storeFirst(dz, through(f32x4.mul(dc, g), i, recurrent), left);
      storeFirst(dz + gate, through(f32x4.mul(dc, before), f, recurrent), left);
      storeFirst(dz + 2 * gate, through(f32x4.mul(dc, i), g, activation), left);
      storeFirst(dz + 3 * gate, through(f32x4.mul(dh, y), o, recurrent), left);
      storeFirst(words.dbefore + at, f32x4.mul(dc, f), left);
    }
  }
}

/** The update gate, the reset gate, and the hidden state that is left behind the latter. */
export function gru_gates_f32(task: i32, words: GruStepWords, scratch: usize): void {
  const units = words.units;
  const gate = <usize>units << 2;
  const recurrent = words.recurrentActivation;
  const inner = words.inner;
  const end = min(words.rows, (task + 1) * words.perTask);
  for (let row = task * words.perTask; row < end; row++) {
    for (let j = 0; j < units; j += 4) {
      const at = (<usize>row * <usize>units + <usize>j) << 2;
      const from = <usize>row * gate * 3 + (<usize>j << 2);
      const product = <usize>row * gate * 2 + (<usize>j << 2);
      const left = units - j;
      const z = words.z + from;
      const gates = words.gates + from;
      const update = f32x4.add(v128.load(z), given(inner, product));
      const reset = f32x4.add(v128.load(z + gate), given(inner, product + gate));
      const r = activate(reset, recurrent);
      storeFirst(gates, activate(update, recurrent), left);
      storeFirst(gates + gate, r, left);
      storeFirst(words.reset + at, f32x4.mul(r, v128.load(words.before + at)), left);
    }
  }
}

/** The new content g, and h = z before + (1 - z) g. */
export function gru_state_f32(task: i32, words: GruStepWords, scratch: usize): void {
  const units = words.units;
  const gate = <usize>units << 2;
  const end = min(words.rows, (task + 1) * words.perTask);
  for (let row = task * words.perTask; row < end; row++) {
    for (let j = 0; j < units; j += 4) {
      const at = (<usize>row * <usize>units + <usize>j) << 2;
      const from = <usize>row * gate * 3 + (<usize>j << 2);
      const left = units - j;
      const gates = words.gates + from;
      const sum = f32x4.add(v128.load(words.z + from + 2 * gate), given(words.inner, at));
      const g = activate(sum, words.activation);
      storeFirst(gates + 2 * gate, g, left);
      const z = v128.load(gates);
      const kept = f32x4.mul(z, v128.load(words.before + at));
      const fresh = f32x4.mul(f32x4.sub(f32x4.splat(1), z), g);
      storeFirst(words.h + at, f32x4.add(kept, fresh), left);
    }
  }
}

/** Of gru_state: the gradients of the update gate and of the new content, and what is carried on. */
export function gru_state_gradient_f32(
  task: i32,
  words: GruStepGradientWords,
  scratch: usize,
): void {
  const units = words.units;
  const gate = <usize>units << 2;
  const end = min(words.rows, (task + 1) * words.perTask);
  for (let row = task * words.perTask; row < end; row++) {
    for (let j = 0; j < units; j += 4) {
      const at = (<usize>row * <usize>units + <usize>j) << 2;
      const gates = words.gates + <usize>row * gate * 3 + (<usize>j << 2);
      const dgates = words.dgates + <usize>row * gate * 2 + (<usize>j << 2);
      const left = units - j;
      const z = v128.load(gates);
      const g = v128.load(gates + 2 * gate);
      const behind = f32x4.add(given(words.carried, at), given(words.inner, at));
      const dh = f32x4.add(v128.load(words.dh + at), behind);
      const dz = f32x4.mul(dh, f32x4.sub(v128.load(words.before + at), g));
      storeFirst(dgates, through(dz, z, words.recurrentActivation), left);
      const dg = f32x4.mul(dh, f32x4.sub(f32x4.splat(1), z));
      storeFirst(words.dstate + at, through(dg, g, words.activation), left);
      storeFirst(words.carry + at, f32x4.mul(dh, z), left);
    }
  }
}

/** Of gru_gates: the gradient of the reset gate; adds to what is carried on. */
export function gru_gates_gradient_f32(
  task: i32,
  words: GruStepGradientWords,
  scratch: usize,
): void {
  const units = words.units;
  const gate = <usize>units << 2;
  const end = min(words.rows, (task + 1) * words.perTask);
  for (let row = task * words.perTask; row < end; row++) {
    for (let j = 0; j < units; j += 4) {
      const at = (<usize>row * <usize>units + <usize>j) << 2;
      const gates = words.gates + <usize>row * gate * 3 + (<usize>j << 2);
      const dgates = words.dgates + <usize>row * gate * 2 + (<usize>j << 2);
      const left = units - j;
      const r = v128.load(gates + gate);
      const dreset = v128.load(words.inner + at);
      const dr = f32x4.mul(dreset, v128.load(words.before + at));
      storeFirst(dgates + gate, through(dr, r, words.recurrentActivation), left);
      const carry = f32x4.add(v128.load(words.carry + at), f32x4.mul(dreset, r));
      storeFirst(words.carry + at, carry, left);
    }
  }
}

/** h = activation(z + inner); its rows run on, so they are as one. */
export function rnn_step_f32(task: i32, words: RnnStepWords, scratch: usize): void {
  const begin = task * words.perTask * words.units;
  const end = min(words.rows, (task + 1) * words.perTask) * words.units;
  for (let i = begin; i < end; i += 4) {
    const at = <usize>i << 2;
    const sum = f32x4.add(v128.load(words.z + at), given(words.inner, at));
    storeFirst(words.h + at, activate(sum, words.activation), end - i);
  }
}

export function rnn_step_gradient_f32(
  task: i32,
  words: RnnStepGradientWords,
  scratch: usize,
): void {
  const begin = task * words.perTask * words.units;
  const end = min(words.rows, (task + 1) * words.perTask) * words.units;
  for (let i = begin; i < end; i += 4) {
    const at = <usize>i << 2;
    const dh = f32x4.add(v128.load(words.dh + at), given(words.inner, at));
    const dz = through(dh, v128.load(words.h + at), words.activation);
    storeFirst(words.dz + at, dz, end - i);
  }
}
