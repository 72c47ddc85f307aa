import { expect, it } from "vitest";
import { resampleFloats } from "../../src/dataset/resample-floats.ts";
import torch from "../fixtures/dataset/antialias.json" with { type: "json" };

const shape = torch.shape as [number, number, number, number];
const images = Float32Array.from(torch.images);

it.each(torch.resized)("gives PyTorch's antialiased pixels at $size", ({ size, values }) => {
  const resized = resampleFloats(images, shape, size as [number, number]);
  expect(resized).toHaveLength(values.length);
  // Rounded to float32 between rows and columns, and at the end.
  resized.forEach((value, i) => {
    expect(Math.abs(value - values[i])).toBeLessThan(1.2e-7);
  });
});

it("leaves images of the same size as they are", () => {
  expect(resampleFloats(images, shape, [shape[1], shape[2]])).toEqual(images);
});
