import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { drawOperation } from "../../src/augment/operations/draw-operation.ts";
import {
  magnitudeAt,
  OPERATIONS,
  type OperationName,
} from "../../src/augment/operations/operations.ts";
import { randAugmentSpace } from "../../src/augment/operations/rand-augment.ts";
import { TRIVIAL_AUGMENT_SPACE } from "../../src/augment/operations/trivial-augment.ts";
import { adjustHue } from "../../src/augment/pillow/hue.ts";
import type { ImageShape } from "../../src/dataset/image-shape.ts";
import { randomStream } from "../../src/random/stream.ts";

interface PillowFixture {
  readonly images: readonly { readonly shape: ImageShape; readonly bytes: readonly number[] }[];
  readonly cases: readonly {
    readonly image: number;
    readonly operation: string;
    readonly value: number;
    readonly expected: readonly number[];
  }[];
  readonly magnitudes: Readonly<
    Record<"randAugment" | "trivialAugment", Partial<Record<OperationName, readonly number[]>>>
  >;
}

const fixture = JSON.parse(
  readFileSync(new URL("../fixtures/augment/pillow.json", import.meta.url), "utf8"),
) as PillowFixture;

/** The operation of a case under this library's name, with the value that it takes for Pillow's. */
function run(operation: string, image: Uint8Array, shape: ImageShape, value: number): Uint8Array {
  switch (operation) {
    case "hue":
      return adjustHue(image, value);
    case "saturation":
      return OPERATIONS.color(image, shape, value - 1);
    case "brightness":
    case "contrast":
    case "sharpness":
      return OPERATIONS[operation](image, shape, value - 1);
    default:
      return OPERATIONS[operation as OperationName](image, shape, value);
  }
}

describe("operations on bytes", () => {
  const names = [...new Set(fixture.cases.map(({ operation }) => operation))];
  expect(names.length).toBe(14);

  it.each(names)("give Pillow's very bytes: %s", (name) => {
    for (const { image, operation, value, expected } of fixture.cases) {
      if (operation !== name) continue;
      const { shape, bytes } = fixture.images[image];
      const input = Uint8Array.from(bytes);
      const out = run(operation, input, shape, value);
      expect([...out], `image ${image}, value ${value}`).toEqual(expected);
      expect([...input]).toEqual(bytes);
    }
  });
});

describe("magnitudes", () => {
  it.each([
    ["randAugment", randAugmentSpace([32, 32, 3])],
    ["trivialAugment", TRIVIAL_AUGMENT_SPACE],
  ] as const)("of %s are torchvision's", (name, space) => {
    for (const [operation, expected] of Object.entries(fixture.magnitudes[name])) {
      const scale = space[operation as OperationName];
      expected.forEach((magnitude, level) => {
        expect(
          scale && magnitudeAt(scale, level, 31),
          `${operation} at level ${level}`,
        ).toBeCloseTo(magnitude, 12);
      });
    }
  });
});

describe("drawOperation", () => {
  it("draws every operation equally often, with either sign where it has one", () => {
    const rng = randomStream(0, "test");
    const counts = new Map<OperationName, number>();
    let negative = 0;
    for (let i = 0; i < 14_000; i++) {
      const step = drawOperation(TRIVIAL_AUGMENT_SPACE, 31, () => 30, rng);
      counts.set(step.operation, (counts.get(step.operation) ?? 0) + 1);
      if (step.operation === "rotate") negative += step.magnitude < 0 ? 1 : 0;
      if (step.operation === "posterize") expect(step.magnitude).toBe(2);
      if (step.operation === "identity") expect(step.magnitude).toBe(0);
    }
    expect(counts.size).toBe(14);
    // Five standard deviations of 14,000 draws at 1/14, and of half as many tosses.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(153);
    expect(Math.abs(negative - (counts.get("rotate") ?? 0) / 2)).toBeLessThan(80);
  });
});
