import { describe, expect, it } from "vitest";
import { affineMatrix } from "../../src/augment/warp/affine-matrix.ts";
import { AffineWarp } from "../../src/augment/warp/affine-warp.ts";
import type { WarpOptions } from "../../src/augment/warp/warp-target.ts";
import { IDENTITY_TRANSFORM, type FillMode } from "../../src/augment/index.ts";
import { warpGeneral } from "../../src/augment/warp/warp-general.ts";
import { randomStream } from "../../src/random/stream.ts";

const FILL_MODES: readonly FillMode[] = ["nearest", "reflect", "wrap", "constant"];

describe("AffineWarp", () => {
  it.each(FILL_MODES)("gives the general way's very bits on its short way, %s", (fillMode) => {
    const rng = randomStream(1, "test", FILL_MODES.indexOf(fillMode));
    const between = (low: number, high: number): number => low + (high - low) * rng.uniform();
    for (let trial = 0; trial < 150; trial++) {
      const shape = [1 + rng.integer(9), 1 + rng.integer(9), 3] as const;
      const size = shape[0] * shape[1] * shape[2];
      const source = Uint8Array.from({ length: size + 5 }, () => rng.integer(256));
      const options: WarpOptions = {
        fillMode,
        cval: 17,
        interpolationOrder: trial % 5 === 0 ? 0 : 1,
        axisOrder: trial % 2 === 0 ? "documented" : "keras",
      };
      const transform = {
        ...IDENTITY_TRANSFORM,
        tx: trial % 7 === 0 ? rng.integer(5) - 2 : between(-2 * shape[0], 2 * shape[0]),
        ty: trial % 11 === 0 ? 0 : between(-2 * shape[1], 2 * shape[1]),
        zx: trial % 3 === 0 ? between(0.4, 2) : 1,
        zy: trial % 3 === 0 ? between(0.4, 2) : 1,
        flipHorizontal: rng.integer(2) === 0,
        flipVertical: rng.integer(2) === 0,
      };
      const matrix = affineMatrix(transform, shape[0], shape[1], options.axisOrder);
      const target = { source, from: 5, to: 2, scale: Math.fround(1 / 255) };
      const short = new Float32Array(size + 4);
      const general = new Float32Array(size + 4);
      new AffineWarp(shape, options).apply(transform, { ...target, out: short });
      warpGeneral(shape, matrix, transform, options, { ...target, out: general });
      expect(short).toEqual(general);
    }
  });

  it("makes the same of bytes and of floats", () => {
    const bytes = Uint8Array.from({ length: 48 }, (_, i) => (i * 37) % 256);
    const options: WarpOptions = {
      fillMode: "reflect",
      cval: 0,
      interpolationOrder: 1,
      axisOrder: "documented",
    };
    const transform = { ...IDENTITY_TRANSFORM, theta: 20, tx: 0.3 };
    const warp = new AffineWarp([4, 4, 3], options);
    const fromBytes = new Float32Array(48);
    const fromFloats = new Float32Array(48);
    warp.apply(transform, { source: bytes, from: 0, out: fromBytes, to: 0, scale: 1 });
    const source = Float32Array.from(bytes);
    warp.apply(transform, { source, from: 0, out: fromFloats, to: 0, scale: 1 });
    expect(fromBytes).toEqual(fromFloats);
  });
});
