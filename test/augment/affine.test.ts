import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ImageDataGenerator, type ImageDataGeneratorOptions } from "../../src/augment/index.ts";
import type { FillMode, Transform } from "../../src/augment/index.ts";
import type { ImageShape } from "../../src/dataset/image-shape.ts";

interface AffineCase {
  readonly shape: ImageShape;
  readonly options: ImageDataGeneratorOptions;
  readonly transform: Transform;
  readonly expected: readonly number[];
}

const fixture = JSON.parse(
  readFileSync(new URL("../fixtures/augment/affine.json", import.meta.url), "utf8"),
) as { readonly cases: readonly AffineCase[] };

/** The image of case `number`, as make-affine.py makes it. */
function imageOf([height, width, channels]: ImageShape, number: number): Float32Array {
  return Float32Array.from(
    { length: height * width * channels },
    (_, k) => (k * 73 + 41 * number) % 256,
  );
}

/** Row `row` of a one-channel image of width 4. */
const rowOf = (image: Float32Array, row: number): number[] => [
  ...image.subarray(4 * row, 4 * row + 4),
];

describe("affine transforms", () => {
  it("agree with SciPy in 240 random cases of all fill modes, orders and axis orders", () => {
    expect(fixture.cases.length).toBe(240);
    fixture.cases.forEach(({ shape, options, transform, expected }, number) => {
      const generator = new ImageDataGenerator(options);
      const out = generator.applyTransform(imageOf(shape, number), shape, transform);
      expect(out.length).toBe(expected.length);
      const mixesAxes = transform.theta !== 0 || transform.shear !== 0;
      out.forEach((value, i) => {
        // Without sine and cosine, whose last bit libraries differ in, nothing may differ at all.
        const bound = mixesAxes ? 1e-5 * Math.max(1, Math.abs(expected[i])) : 0;
        const difference = Math.abs(value - Math.fround(expected[i]));
        if (!(difference <= bound)) {
          expect.fail(`case ${number}, value ${i}: ${value} instead of ${expected[i]}`);
        }
      });
    });
  });

  describe("on the 4 x 4 image 10 r + c", () => {
    const shape = [4, 4, 1] as const;
    const image = Float32Array.from({ length: 16 }, (_, i) => 10 * Math.floor(i / 4) + (i % 4));
    const apply = (
      transform: Partial<Transform>,
      options: ImageDataGeneratorOptions = { axisOrder: "keras" },
    ): Float32Array => new ImageDataGenerator(options).applyTransform(image, shape, transform);
    const close = (actual: number[], expected: number[]): void => {
      actual.forEach((value, i) => {
        // The expected values were printed with six or seven digits.
        expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(6e-6);
      });
    };

    it("shift by fractions of a pixel in Keras's axis order", () => {
      const out = apply({ tx: 0.039050803141859824, ty: 0.17215149309793554 });
      close(rowOf(out, 0), [1.760566, 2.760566, 3.760566, 4.721515]);
      close(rowOf(out, 3), [30.039051, 31.039051, 32.039051, 33]);
      expect(rowOf(apply({ tx: 0.25 }), 0)).toEqual([0.25, 1.25, 2.25, 3]);
      expect(rowOf(apply({ ty: -0.25 }), 1)).toEqual([7.5, 8.5, 9.5, 10.5]);
      expect(rowOf(apply({ ty: -0.25 }), 0)).toEqual([0, 1, 2, 3]);
    });

    it("shift by fractions of a pixel in the documented axis order", () => {
      const out = apply({ tx: 0.039050803141859824, ty: 0.17215149309793554 }, {});
      close(rowOf(out, 0), [0.56266, 1.56266, 2.56266, 3.390508]);
      close(rowOf(out, 3), [30.172151, 31.172151, 32.172151, 33]);
    });

    it("rotate", () => {
      const quarter = apply({ theta: 90 });
      close(rowOf(quarter, 0), [3, 13, 23, 33]);
      close(rowOf(quarter, 1), [2, 12, 22, 32]);
      close(rowOf(quarter, 2), [1, 11, 21, 31]);
      close(rowOf(quarter, 3), [0, 10, 20, 30]);
      close(rowOf(apply({ theta: 30 }), 0), [0.95096, 1.81699, 7.19263, 12.50962]);
    });

    it("shear", () => {
      close(rowOf(apply({ shear: 30 }), 0), [2.75962, 3.75962, 4.75962, 5.00962]);
    });

    it("zoom, zx on the columns in Keras's axis order", () => {
      expect(rowOf(apply({ zx: 0.5 }), 0)).toEqual([0.75, 1.25, 1.75, 2.25]);
      const rows = apply({ zy: 0.5 });
      expect([0, 1, 2, 3].map((row) => rows[4 * row])).toEqual([7.5, 12.5, 17.5, 22.5]);
      expect(rowOf(apply({ zx: 2 }), 0)).toEqual([0, 0.5, 2.5, 3]);
    });

    it("do all of it together", () => {
      const out = apply({ theta: 15, tx: 0.7, ty: -0.4, shear: 10, zx: 1.1, zy: 0.9 });
      close(rowOf(out, 0), [1.25643, 2.31895, 5.13638, 7.98339]);
      close(rowOf(out, 3), [21.02804, 24.93756, 28.84709, 32.4537]);
    });
  });

  describe.each<[FillMode, [number, number[]][]]>([
    [
      "nearest",
      [
        [-1.5, [10, 10, 10.5, 11.5]],
        [-0.25, [10, 10.75, 11.75, 12.75]],
        [0.75, [10.75, 11.75, 12.75, 13]],
      ],
    ],
    [
      "reflect",
      [
        [-1.5, [10.5, 10, 10.5, 11.5]],
        [-0.25, [10, 10.75, 11.75, 12.75]],
        [0.75, [10.75, 11.75, 12.75, 13]],
      ],
    ],
    [
      "constant",
      [
        [-1.5, [0, 0, 10.5, 11.5]],
        [-0.25, [0, 10.75, 11.75, 12.75]],
        [0.75, [10.75, 11.75, 12.75, 0]],
      ],
    ],
    [
      "wrap",
      [
        [-1.5, [11.5, 12.5, 10.5, 11.5]],
        [-0.25, [12.75, 10.75, 11.75, 12.75]],
        [0.75, [10.75, 11.75, 12.75, 10.75]],
      ],
    ],
  ])("with fill mode %s", (fillMode, shifts) => {
    it.each(shifts)("shift the signal 10 11 12 13 by %f", (ty, expected) => {
      const signal = Float32Array.of(10, 11, 12, 13);
      const generator = new ImageDataGenerator({ fillMode });
      expect([...generator.applyTransform(signal, [1, 4, 1], { ty })]).toEqual(expected);
    });
  });

  it("move by whole pixels without changing a bit", () => {
    const image = imageOf([6, 5, 3], 1);
    const out = new ImageDataGenerator().applyTransform(image, [6, 5, 3], { tx: 2, ty: -1 });
    for (let r = 0; r < 6; r++) {
      for (let c = 0; c < 5; c++) {
        const from = (Math.min(r + 2, 5) * 5 + Math.max(c - 1, 0)) * 3;
        expect(out.subarray((r * 5 + c) * 3, (r * 5 + c) * 3 + 3)).toEqual(
          image.subarray(from, from + 3),
        );
      }
    }
  });
});
