import { describe, expect, it } from "vitest";
import {
  IDENTITY_TRANSFORM,
  ImageDataGenerator,
  type ImageDataGeneratorOptions,
  type Transform,
  type AugmenterJSON,
} from "../../src/augment/index.ts";
import { ImageSet } from "../../src/dataset/image-set.ts";
import { ArgumentError } from "../../src/errors.ts";
import type { Rng } from "../../src/random/rng.ts";
import { randomStream } from "../../src/random/stream.ts";

const SHAPE = [32, 32, 3] as const;

/** `count` transforms for 32 x 32 images. */
function draw(options: ImageDataGeneratorOptions, count: number): Transform[] {
  const generator = new ImageDataGenerator(options);
  return Array.from({ length: count }, (_, i) =>
    generator.getRandomTransform(SHAPE, randomStream(0, "test", i)),
  );
}

describe("getRandomTransform", () => {
  it("goes by the options as they were when the generator was made", () => {
    const options = { zoomRange: [0.9, 1.1], brightnessRange: [0.5, 1], widthShiftRange: [1, 2] };
    const generator = new ImageDataGenerator(options as unknown as ImageDataGeneratorOptions);
    const first = generator.getRandomTransform(SHAPE, randomStream(0, "test"));
    for (const range of Object.values(options)) range.fill(7);
    expect(generator.getRandomTransform(SHAPE, randomStream(0, "test"))).toEqual(first);
  });

  it("draws the identity without options", () => {
    expect(draw({}, 1)[0]).toEqual({ ...IDENTITY_TRANSFORM });
  });

  it("draws fractional shifts evenly from plus or minus that part of the axis", () => {
    const shifts = draw({ heightShiftRange: 0.1 }, 4000).map(({ tx }) => tx);
    expect(Math.min(...shifts)).toBeGreaterThanOrEqual(-3.2);
    expect(Math.max(...shifts)).toBeLessThan(3.2);
    expect(Math.min(...shifts)).toBeLessThan(-3.15);
    expect(Math.max(...shifts)).toBeGreaterThan(3.15);
    // Five standard errors of the mean of 4000 draws from U(-3.2, 3.2).
    const mean = shifts.reduce((sum, tx) => sum + tx) / shifts.length;
    expect(Math.abs(mean)).toBeLessThan((5 * 3.2) / Math.sqrt(3 * 4000));
  });

  it("flips half of the images, either way", () => {
    const transforms = draw({ horizontalFlip: true, verticalFlip: true }, 4000);
    const sideways = transforms.filter(({ flipHorizontal }) => flipHorizontal).length;
    const upsideDown = transforms.filter(({ flipVertical }) => flipVertical).length;
    // Five standard deviations of 4000 tosses.
    expect(Math.abs(sideways - 2000)).toBeLessThan(160);
    expect(Math.abs(upsideDown - 2000)).toBeLessThan(160);
  });

  it("draws whole pixels short of a whole number, 0 twice as often as the others", () => {
    const counts = new Map<number, number>();
    for (const { ty } of draw({ widthShiftRange: 3 }, 6000)) {
      counts.set(ty + 0, (counts.get(ty + 0) ?? 0) + 1);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
    expect(Math.abs((counts.get(0) ?? 0) - 2000)).toBeLessThan(185);
    expect(Math.abs((counts.get(2) ?? 0) - 1000)).toBeLessThan(145);
  });

  it("never shifts by a whole number of 1", () => {
    for (const { ty } of draw({ widthShiftRange: 1 }, 50)) expect(Math.abs(ty)).toBe(0);
  });

  it("draws from a list with either sign, as fractions if all of it is below 1", () => {
    const pixels = draw({ heightShiftRange: [-2, 5] }, 200).map(({ tx }) => tx);
    expect([...new Set(pixels)].sort((a, b) => a - b)).toEqual([-5, -2, 2, 5]);
    const fractions = draw({ heightShiftRange: [0.25, 0.5] }, 200).map(({ tx }) => tx);
    expect([...new Set(fractions)].sort((a, b) => a - b)).toEqual([-16, -8, 8, 16]);
  });

  it("draws pixels evenly from a number above 1 that is not whole, or from { pixels }", () => {
    for (const range of [2.5, { pixels: 2 }]) {
      const shifts = draw({ widthShiftRange: range }, 500).map(({ ty }) => Math.abs(ty));
      expect(Math.max(...shifts)).toBeGreaterThan(1.9);
      expect(Math.max(...shifts)).toBeLessThanOrEqual(typeof range === "number" ? 2.5 : 2);
      expect(shifts.filter((shift) => shift % 1 === 0).length).toBe(0);
    }
  });

  it("draws angles, zoom factors, channel shifts and brightness from their ranges", () => {
    const transforms = draw(
      {
        rotationRange: 15,
        shearRange: 10,
        zoomRange: 0.2,
        channelShiftRange: 30,
        brightnessRange: [0.5, 1.5],
      },
      1000,
    );
    const spans = (pick: (t: Transform) => number): [number, number] => [
      Math.min(...transforms.map(pick)),
      Math.max(...transforms.map(pick)),
    ];
    const near = ([low, high]: [number, number], [a, b]: [number, number]): void => {
      const slack = (b - a) / 100;
      expect(low >= a && low < a + slack && high <= b && high > b - slack).toBe(true);
    };
    near(
      spans(({ theta }) => theta),
      [-15, 15],
    );
    near(
      spans(({ shear }) => shear),
      [-10, 10],
    );
    near(
      spans(({ zx }) => zx),
      [0.8, 1.2],
    );
    near(
      spans(({ zy }) => zy),
      [0.8, 1.2],
    );
    near(
      spans(({ channelShiftIntensity = NaN }) => channelShiftIntensity),
      [-30, 30],
    );
    near(
      spans(({ brightness = NaN }) => brightness),
      [0.5, 1.5],
    );
  });

  it("refuses shapes that are none and sources of numbers that are none", () => {
    const generator = new ImageDataGenerator();
    expect(() => generator.getRandomTransform([32, 32] as never, randomStream(0, "a"))).toThrow(
      "shape to be [height, width, channels], whole numbers above 0, got [32, 32]",
    );
    expect(() => generator.getRandomTransform(SHAPE, Math as never)).toThrow(
      "expected a source of random numbers",
    );
  });
});

describe("applyTransform", () => {
  const generator = new ImageDataGenerator();
  const shape = [2, 2, 3] as const;
  const image = Float32Array.from({ length: 12 }, (_, i) => i);

  it("mirrors", () => {
    const sideways = generator.applyTransform(image, shape, { flipHorizontal: true });
    expect([...sideways]).toEqual([3, 4, 5, 0, 1, 2, 9, 10, 11, 6, 7, 8]);
    const upsideDown = generator.applyTransform(image, shape, { flipVertical: true });
    expect([...upsideDown]).toEqual([6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5]);
  });

  it("shifts all channels alike and clips to the image's own range", () => {
    const out = generator.applyTransform(image, shape, {
      channelShiftIntensity: 2.055267521432878,
    });
    expect(out[0]).toBeCloseTo(2.0552676, 6);
    expect([...out.subarray(8)].map((value) => Number(value.toFixed(6)))).toEqual([
      10.055267, 11, 11, 11,
    ]);
  });

  it("changes brightness in whole numbers", () => {
    const bright = generator.applyTransform(Float32Array.of(10.9, 100, 200, 0), [2, 2, 1], {
      brightness: 1.5,
    });
    expect([...bright]).toEqual([15, 150, 255, 0]);
    const dark = generator.applyTransform(Float32Array.of(10.9, 101, 200, 0), [2, 2, 1], {
      brightness: 0.5,
    });
    expect([...dark]).toEqual([5, 50, 100, 0]);
  });

  it("leaves alpha alone when it changes brightness", () => {
    const out = generator.applyTransform(Float32Array.of(100, 50, 20, 200), [1, 1, 4], {
      brightness: 0.5,
    });
    expect([...out]).toEqual([50, 25, 10, 200]);
  });

  it("does not change its image", () => {
    const before = image.slice();
    generator.applyTransform(image, shape, { flipHorizontal: true, channelShiftIntensity: 3 });
    expect(image).toEqual(before);
  });

  it.each([
    ["NaN pixels", Float32Array.of(1, NaN, 3), [1, 1, 3], {}, "got NaN at index 1"],
    ["a wrong shape", image, [3, 2, 3], {}, "a Float32Array of 18 pixels for a 3 x 2 x 3 image"],
    ["whole numbers of 32 bits", new Int32Array(12), shape, {}, "got Int32Array(12)"],
    ["unknown parameters", image, shape, { angle: 3 }, 'the unknown option "angle"'],
    ["parameters that are no numbers", image, shape, { theta: NaN }, "theta to be a finite number"],
    [
      "brightness on pixels in [0, 1]",
      image.map((value) => value / 11),
      shape,
      { brightness: 2 },
      "expected pixels in 0..255 for a change of brightness, got pixels in [0, 1]; multiply",
    ],
    [
      "brightness on two channels",
      new Float32Array(2),
      [1, 1, 2],
      { brightness: 2 },
      "1, 3 or 4 channels for a change of brightness, got 2 channels",
    ],
  ])("refuses %s", (_, pixels, dimensions, transform, message) => {
    const apply = (): unknown =>
      generator.applyTransform(pixels as never, dimensions as never, transform as never);
    expect(apply).toThrow(ArgumentError);
    expect(apply).toThrow(message);
  });
});

describe("randomTransform", () => {
  it("draws and applies", () => {
    const generator = new ImageDataGenerator({ rotationRange: 90, channelShiftRange: 20 });
    const image = Float32Array.from({ length: 48 }, (_, i) => i);
    const stream = (): Rng => randomStream(0, "test");
    const transform = generator.getRandomTransform([4, 4, 3], stream());
    const expected = generator.applyTransform(image, [4, 4, 3], transform);
    expect(generator.randomTransform(image, [4, 4, 3], stream())).toEqual(expected);
  });
});

describe("the options", () => {
  it.each<[object, string]>([
    [{ rotationRange: -1 }, "rotationRange (degrees) to be a finite number of at least 0, got -1"],
    [
      { rotationRange: "15" },
      'rotationRange (degrees) to be a finite number of at least 0, got "15"',
    ],
    [
      { widthShiftRange: -0.1 },
      "widthShiftRange to be a finite number in [0, 2147483648], got -0.1",
    ],
    [{ widthShiftRange: NaN }, "widthShiftRange to be a finite number in [0, 2147483648], got NaN"],
    [{ widthShiftRange: 2 ** 53 }, "widthShiftRange to be a finite number in [0, 2147483648]"],
    [{ widthShiftRange: [] }, "widthShiftRange to be a number, a list of shifts or { pixels }"],
    [{ widthShiftRange: true }, "widthShiftRange to be a number, a list of shifts or { pixels }"],
    [
      { heightShiftRange: [1, "2"] },
      'heightShiftRange[1] to be a finite number in [-2147483648, 2147483648], got "2"',
    ],
    [{ heightShiftRange: { pixels: -1 } }, "heightShiftRange.pixels to be a finite number in [0"],
    [{ shearRange: 90 }, "shearRange (degrees) to be a finite number in [0, 90), got 90"],
    [{ zoomRange: 1 }, "zoomRange to be a finite number in [0, 1), got 1"],
    [{ zoomRange: [0, 1] }, "zoomRange[0] to be a finite number above 0, got 0"],
    [
      { zoomRange: [1.1, 0.9] },
      "zoomRange to have its lower limit first, got [1.1, 0.9]; pass [0.9,",
    ],
    [{ zoomRange: [1] }, "zoomRange to be a number or a pair [low, high], got [1]"],
    [{ horizontalFlip: 1 }, "horizontalFlip to be true or false, got 1"],
    [{ verticalFlip: "yes" }, 'verticalFlip to be true or false, got "yes"'],
    [{ channelShiftRange: -5 }, "channelShiftRange to be a finite number of at least 0, got -5"],
    [{ brightnessRange: 0.2 }, "brightnessRange to be a pair [low, high], got 0.2"],
    [
      { brightnessRange: [-1, 1] },
      "brightnessRange[0] to be a finite number of at least 0, got -1",
    ],
    [{ fillMode: "mirror" }, 'fillMode to be one of "nearest", "reflect", "wrap", "constant"'],
    [{ cval: Infinity }, "cval to be a finite number, got Infinity"],
    [{ interpolationOrder: 3 }, "interpolationOrder to be one of 0, 1, got 3"],
    [{ axisOrder: "xy" }, 'axisOrder to be one of "documented", "keras", got "xy"'],
    [{ rescale: 0 }, "rescale not to be 0"],
    [{ rescale: "1/255" }, 'rescale to be a finite number, got "1/255"'],
    [{ preprocessingFunction: "x" }, 'preprocessingFunction to be a function, got "x"'],
    [{ samplewiseCenter: 1 }, "samplewiseCenter to be true or false, got 1"],
    [{ samplewiseStdNormalization: 0 }, "samplewiseStdNormalization to be true or false, got 0"],
    [{ featurewiseCenter: "on" }, 'featurewiseCenter to be true or false, got "on"'],
    [{ featurewiseStdNormalization: 2, featurewiseCenter: true }, "featurewiseStdNormalization to"],
    [{ zcaWhitening: 2, featurewiseCenter: true }, "zcaWhitening to be true or false, got 2"],
    [{ zcaEpsilon: 0 }, "zcaEpsilon to be a finite number above 0, got 0"],
    [
      { samplewiseCenter: false, samplewiseStdNormalization: true },
      "samplewiseCenter to stay on with samplewiseStdNormalization",
    ],
    [
      { featurewiseCenter: false, featurewiseStdNormalization: true },
      "featurewiseCenter to stay on with featurewiseStdNormalization",
    ],
    [{ featurewiseCenter: false, zcaWhitening: true }, "stay on with zcaWhitening"],
    [{ zcaWhitening: true, featurewiseStdNormalization: true }, "got both; leave out feat"],
    [{ validationSplit: 1 }, "validationSplit to be a finite number in [0, 1), got 1"],
    [{ randomStream: "python" }, 'randomStream to be one of "keyed", "numpy", got "python"'],
    [{ width_shift_range: 0.1 }, "did you mean widthShiftRange?"],
    [[], "an options object"],
  ])("refuse %j", (options, message) => {
    expect(() => new ImageDataGenerator(options)).toThrow(ArgumentError);
    expect(() => new ImageDataGenerator(options)).toThrow(message);
  });

  it("refuse brightness for images with two channels as soon as the flow is made", () => {
    const set = new ImageSet({
      images: new Uint8Array(8),
      labels: new Uint8Array(1),
      imageShape: [2, 2, 2],
      classNames: ["only"],
    });
    const generator = new ImageDataGenerator({ brightnessRange: [0.5, 1] });
    expect(() => generator.flow(set)).toThrow("images with 1, 3 or 4 channels");
  });
});

describe("fit", () => {
  it("refuses an empty set", () => {
    const set = new ImageSet({
      images: new Uint8Array(0),
      labels: new Uint8Array(0),
      imageShape: [2, 2, 3],
      classNames: ["only"],
    });
    expect(() => {
      new ImageDataGenerator().fit(set);
    }).toThrow("at least one image");
  });
});

describe("toJSON", () => {
  it("is plain JSON, from which an equal generator is made", () => {
    const set = new ImageSet({
      images: Uint8Array.from({ length: 8 * 12 }, (_, i) => (i * 37) % 256),
      labels: new Uint8Array(8),
      imageShape: [2, 2, 3],
      classNames: ["any"],
    });
    const generator = new ImageDataGenerator({
      ...{ rotationRange: 30, zoomRange: 0.2, horizontalFlip: true, rescale: null },
      ...{ brightnessRange: [0.5, 1.5], featurewiseStdNormalization: true },
    });
    generator.fit(set);
    const copy = ImageDataGenerator.fromJSON(
      JSON.parse(JSON.stringify(generator)) as AugmenterJSON,
    );
    const first = (each: ImageDataGenerator): Float32Array =>
      each.flow(set, { seed: 3 }).batch(0, 0).xs;
    expect(first(copy)).toEqual(first(generator));
    expect(copy.std).toEqual(generator.std);
  });
});
