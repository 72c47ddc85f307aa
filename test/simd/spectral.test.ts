import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { expectSameAsCpu, numbers, random, useSimd } from "./backends.ts";

/** The transform by its definition, in float64. */
function transformed(re: ArrayLike<number>, im: ArrayLike<number>, sign: number): number[][] {
  const n = re.length;
  const sum = (term: (k: number, angle: number) => number, k: number): number => {
    let total = 0;
    for (let i = 0; i < n; i++) total += term(i, (sign * 2 * Math.PI * ((i * k) % n)) / n);
    return total;
  };
  const each = Array.from({ length: n }, (_, k) => k);
  return [
    each.map((k) => sum((i, angle) => re[i] * Math.cos(angle) - im[i] * Math.sin(angle), k)),
    each.map((k) => sum((i, angle) => re[i] * Math.sin(angle) + im[i] * Math.cos(angle), k)),
  ];
}

describe("Fourier transforms", () => {
  beforeAll(() => useSimd());

  it.each([1, 2, 3, 4, 5, 7, 8, 12, 16, 17, 31, 32, 33, 100, 512, 1000])(
    "of %i values are as their definition says, and back",
    (n) => {
      const [re, im] = [numbers(2 * n, 1), numbers(2 * n, 2)];
      const x = tf.complex(tf.tensor2d(re, [2, n]), tf.tensor2d(im, [2, n]));
      const y = tf.fft(x);
      const back = tf.ifft(y);
      for (const row of [0, 1]) {
        const [begin, end] = [row * n, (row + 1) * n];
        const wanted = transformed(re.slice(begin, end), im.slice(begin, end), -1);
        [tf.real(y), tf.imag(y)].forEach((part, i) => {
          part
            .dataSync()
            .slice(begin, end)
            .forEach((value, k) => {
              // Float32 of sums of n terms below 3.
              expect(Math.abs(value - wanted[i][k])).toBeLessThan(3 * n * 2 ** -23);
            });
        });
      }
      [re, im].forEach((values, i) => {
        const part = i === 0 ? tf.real(back) : tf.imag(back);
        part.dataSync().forEach((value, k) => {
          expect(Math.abs(value - values[k])).toBeLessThan(4e-6);
        });
      });
    },
  );

  it("of real values, longer and shorter ones too, and short-time ones are as on cpu", async () => {
    for (const length of [undefined, 8, 12, 20]) {
      await expectSameAsCpu(
        `rfft ${length}`,
        () => {
          const y = tf.spectral.rfft(random<tf.Rank.R2>([3, 16]), length);
          return [tf.real(y), tf.imag(y), tf.spectral.irfft(y)];
        },
        { rtol: 0, atol: 1e-4 },
      );
    }
    await expectSameAsCpu(
      "stft",
      () => {
        const y = tf.signal.stft(random<tf.Rank.R1>([64]), 16, 4);
        return [tf.real(y), tf.imag(y)];
      },
      { rtol: 0, atol: 1e-4 },
    );
  });

  it("leave nothing behind", () => {
    const x = tf.complex(random([2, 6]), random([2, 6]));
    const before = tf.memory();
    tf.dispose(tf.fft(x));
    expect(tf.memory()).toMatchObject({
      numTensors: before.numTensors,
      numDataBuffers: before.numDataBuffers,
    });
    x.dispose();
  });
});

describe("a complex64 tensor", () => {
  it("stays where it is, whole, when another backend asks for it", async () => {
    await useSimd();
    const x = tf.complex([1, 2], [3, 4]);
    await tf.setBackend("cpu");
    expect(() => tf.real(x)).toThrow(/complex64 tensor on the backend that made it.*tf\.real/s);
    await tf.setBackend("simd");
    expect([...tf.imag(x).dataSync()]).toEqual([3, 4]);
    x.dispose();
  });
});
