/**
 * Fourier transforms along the last axis, in JavaScript and in float64. The cpu backend's kernels, which
 * take and give apart a tensor at every step of the recursion, take a thousand times as long.
 */
import {
  Complex,
  FFT,
  type FFTInputs,
  IFFT,
  type TensorInfo,
  type TypedArray,
} from "@tensorflow/tfjs-core";
import type { SimdBackend } from "../backend.ts";
import { compose } from "../compose.ts";
import { defineKernel, type SimdKernel } from "../kernel.ts";

/** Complex numbers. */
interface Signal {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

const zeros = (length: number): Signal => ({
  re: new Float64Array(length),
  im: new Float64Array(length),
});

/** exp(-2 pi i k / length) for the first `count` k. */
function roots(length: number, count: number): Signal {
  const { re, im } = zeros(count);
  for (let k = 0; k < count; k++) {
    re[k] = Math.cos((2 * Math.PI * k) / length);
    im[k] = -Math.sin((2 * Math.PI * k) / length);
  }
  return { re, im };
}

/** Transforms signals of one length in place. */
type Transform = (signal: Signal) => void;

/** For a power of two: butterflies over the elements in bit-reversed order. */
function radix2(length: number): Transform {
  const { re: cosines, im: sines } = roots(length, length / 2);
  return ({ re, im }) => {
    for (let i = 1, j = 0; i < length; i++) {
      let bit = length >> 1;
      for (; j & bit; bit >>= 1) j ^= bit;
      j ^= bit;
      if (i >= j) continue;
      [re[i], re[j]] = [re[j], re[i]];
      [im[i], im[j]] = [im[j], im[i]];
    }
    for (let half = 1; half < length; half *= 2) {
      const step = length / (2 * half);
      for (let start = 0; start < length; start += 2 * half) {
        for (let k = 0; k < half; k++) {
          const [a, b] = [start + k, start + k + half];
          const [c, s] = [cosines[k * step], sines[k * step]];
          const x = re[b] * c - im[b] * s;
          const y = re[b] * s + im[b] * c;
          re[b] = re[a] - x;
          im[b] = im[a] - y;
          re[a] += x;
          im[a] += y;
        }
      }
    }
  };
}

/** a = a b, or a conj(b), element by element over b. */
function multiply(a: Signal, b: Signal): void {
  for (let i = 0; i < b.re.length; i++) {
    const x = a.re[i] * b.re[i] - a.im[i] * b.im[i];
    a.im[i] = a.re[i] * b.im[i] + a.im[i] * b.re[i];
    a.re[i] = x;
  }
}

/** For any length, by Bluestein: with w[k] = exp(-pi i k^2 / length), the convolution of x w with 1 / w, times w. */
function bluestein(length: number): Transform {
  const size = 2 ** Math.ceil(Math.log2(2 * length - 1));
  const transform = radix2(size);
  const turns = roots(2 * length, 2 * length);
  const chirp = zeros(length);
  const inverse = zeros(size);
  for (let k = 0; k < length; k++) {
    const turn = (k * k) % (2 * length);
    [chirp.re[k], chirp.im[k]] = [turns.re[turn], turns.im[turn]];
    for (const at of [k, (size - k) % size]) {
      [inverse.re[at], inverse.im[at]] = [chirp.re[k], -chirp.im[k]];
    }
  }
  transform(inverse);
  return ({ re, im }) => {
    const work = zeros(size);
    work.re.set(re);
    work.im.set(im);
    multiply(work, chirp);
    transform(work);
    multiply(work, inverse);
    // Back by the same transform: the conjugate of that of the conjugate.
    for (let i = 0; i < size; i++) work.im[i] = -work.im[i];
    transform(work);
    for (let k = 0; k < length; k++) {
      re[k] = work.re[k] / size;
      im[k] = -work.im[k] / size;
    }
    multiply({ re, im }, chirp);
  };
}

/** Transforms all rows of a complex tensor; the inverse is the conjugate of that of the conjugate, divided. */
function transformed(backend: SimdBackend, input: TensorInfo, isInverse: boolean): TensorInfo {
  const length = input.shape.at(-1) ?? 1;
  const parts = backend.data.get(input.dataId).complexTensorInfos!;
  const [real, imag] = [parts.real, parts.imag].map(
    ({ dataId }) => backend.data.get(dataId).copy() as TypedArray,
  );
  const isPower = (length & (length - 1)) === 0;
  const transform = isPower ? radix2(length) : bluestein(length);
  const sign = isInverse ? -1 : 1;
  const scale = isInverse ? length : 1;
  const [outReal, outImag] = [real, imag].map(({ length: size }) => new Float32Array(size));
  for (let begin = 0; begin < real.length; begin += length) {
    const re = Float64Array.from(real.subarray(begin, begin + length));
    const im = Float64Array.from(imag.subarray(begin, begin + length), (value) => sign * value);
    transform({ re, im });
    for (let k = 0; k < length; k++) {
      outReal[begin + k] = re[k] / scale;
      outImag[begin + k] = (sign * im[k]) / scale;
    }
  }
  return compose(backend, ({ run, keep }) =>
    run(Complex, {
      real: keep(backend.makeTensorInfo(input.shape, "float32", outReal)),
      imag: keep(backend.makeTensorInfo(input.shape, "float32", outImag)),
    }),
  );
}

export const spectralKernels: readonly SimdKernel[] = [
  defineKernel<FFTInputs>(FFT, ({ inputs: { input }, backend }) =>
    transformed(backend, input, false),
  ),
  defineKernel<FFTInputs>(IFFT, ({ inputs: { input }, backend }) =>
    transformed(backend, input, true),
  ),
];
