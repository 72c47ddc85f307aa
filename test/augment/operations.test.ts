import { describe, expect, it } from "vitest";
import {
  alternatingFlip,
  colorJitter,
  compose,
  cutmix,
  cutout,
  ImageDataGenerator,
  imageFlow,
  pipeline,
  mixup,
  randAugment,
  randomAffine,
  randomCrop,
  randomErasing,
  randomFlip,
  trivialAugment,
  type Augmentation,
  type DrawContext,
} from "../../src/augment/index.ts";
import { drawBeta } from "../../src/augment/mix/draw-beta.ts";
import { ImageSet } from "../../src/dataset/image-set.ts";
import type { ImageShape } from "../../src/dataset/image-shape.ts";
import { ArgumentError } from "../../src/errors.ts";
import { randomStream } from "../../src/random/stream.ts";

const SHAPE: ImageShape = [32, 32, 3];
const noise = randomStream(0, "test");
const image = Uint8Array.from({ length: 3072 }, () => noise.integer(256));

/** What image `index` is drawn from in an epoch. */
const contextOf = (index: number, epoch = 0, shape = SHAPE): DrawContext => ({
  shape,
  rng: randomStream(0, "augment", epoch, index),
  seed: 0,
  epoch,
  index,
});

/** A set of `n` noisy 4 x 4 x 3 images in three classes. */
const setOf = (n: number): ImageSet =>
  new ImageSet({
    images: Uint8Array.from({ length: n * 48 }, (_, i) => image[i % 3072]),
    labels: Uint8Array.from({ length: n }, (_, i) => i % 3),
    imageShape: [4, 4, 3],
    classNames: ["a", "b", "c"],
  });

const ALL: [string, Augmentation][] = [
  ["randomCrop", randomCrop()],
  ["randomFlip", randomFlip()],
  ["alternatingFlip", alternatingFlip()],
  ["cutout", cutout()],
  ["randomErasing", randomErasing()],
  ["colorJitter", colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 })],
  ["randAugment", randAugment()],
  ["trivialAugment", trivialAugment()],
  ["randomAffine", randomAffine({ rotationRange: 15, horizontalFlip: true })],
  ["compose", compose(randomCrop(), alternatingFlip(), cutout())],
];

describe.each(ALL)("%s", (_, augmentation) => {
  it("draws plain data, and applies it as a pure function", () => {
    const before = image.slice();
    for (let index = 0; index < 60; index++) {
      const parameters = augmentation.draw(contextOf(index));
      expect(augmentation.draw(contextOf(index))).toEqual(parameters);
      const out = augmentation.apply(image, SHAPE, parameters);
      expect(out.length).toBe(image.length);
      const again = structuredClone(parameters);
      // Bytes are compared natively: a deep comparison of so many takes a second.
      expect(Buffer.compare(augmentation.apply(image, SHAPE, again), out)).toBe(0);
    }
    expect(Buffer.compare(image, before)).toBe(0);
  });

  it("leaves a Buffer alone, whose slices share its memory", () => {
    const buffer = Buffer.from(image);
    for (let index = 0; index < 60; index++) {
      augmentation.apply(buffer, SHAPE, augmentation.draw(contextOf(index)));
    }
    expect(Buffer.compare(buffer, image)).toBe(0);
  });

  it("changes most images, and each in its own way", () => {
    const outs = Array.from({ length: 60 }, (_, index) =>
      augmentation.apply(image, SHAPE, augmentation.draw(contextOf(index))),
    );
    const distinct = new Set(outs.map((out) => out.join()));
    expect(distinct.size).toBeGreaterThanOrEqual(2);
    expect(outs.filter((out) => out.join() !== image.join()).length).toBeGreaterThan(15);
  });
});

describe("randomCrop", () => {
  const shape = [1, 4, 1] as const;
  const line = Uint8Array.of(10, 20, 30, 40);
  const crop = (right: number, options = {}): number[] => [
    ...randomCrop(options).apply(line, shape, { down: 0, right }),
  ];

  it("shows the padding in each mode", () => {
    expect(crop(-2)).toEqual([30, 20, 10, 20]);
    expect(crop(2)).toEqual([30, 40, 30, 20]);
    expect(crop(-2, { paddingMode: "symmetric" })).toEqual([20, 10, 10, 20]);
    expect(crop(2, { paddingMode: "symmetric" })).toEqual([30, 40, 40, 30]);
    expect(crop(-2, { paddingMode: "edge" })).toEqual([10, 10, 10, 20]);
    expect(crop(2, { paddingMode: "edge" })).toEqual([30, 40, 40, 40]);
    expect(crop(2, { paddingMode: "constant", fill: 7 })).toEqual([30, 40, 7, 7]);
    expect(crop(0)).toEqual([10, 20, 30, 40]);
  });

  it("draws all places equally often", () => {
    const counts = new Map<string, number>();
    for (let index = 0; index < 9000; index++) {
      const { down, right } = randomCrop({ padding: 1 }).draw(contextOf(index));
      counts.set(`${down},${right}`, (counts.get(`${down},${right}`) ?? 0) + 1);
    }
    expect(counts.size).toBe(9);
    // Five standard deviations of 9000 draws at 1/9.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it("refuses a padding that a mirror cannot fill", () => {
    expect(() => randomCrop().draw(contextOf(0, 0, [4, 4, 3]))).toThrow(
      "padding to be a whole number",
    );
    expect(() =>
      randomCrop({ paddingMode: "edge" }).draw(contextOf(0, 0, [4, 4, 3])),
    ).not.toThrow();
  });
});

describe("alternatingFlip", () => {
  it("mirrors every image in every other epoch, half of them in the even ones", () => {
    const flips = (epoch: number): boolean[] =>
      Array.from({ length: 2000 }, (_, i) => alternatingFlip().draw(contextOf(i, epoch)).flip);
    const first = flips(0);
    expect(flips(1)).toEqual(first.map((flip) => !flip));
    expect(flips(2)).toEqual(first);
    // Five standard deviations of 2000 tosses.
    expect(Math.abs(first.filter(Boolean).length - 1000)).toBeLessThan(112);
  });

  it("mirrors left and right", () => {
    const out = alternatingFlip().apply(Uint8Array.of(1, 2, 3, 4, 5, 6), [1, 2, 3], { flip: true });
    expect([...out]).toEqual([4, 5, 6, 1, 2, 3]);
  });
});

describe("cutout", () => {
  it("paints a square in the colour given, cut off at the rim", () => {
    const paint = cutout({ size: 2, fill: [1, 2, 3] });
    const black = new Uint8Array(48);
    const out = paint.apply(black, [4, 4, 3], { top: 0, left: 3, bottom: 2, right: 4 });
    expect([...out.subarray(9, 12)]).toEqual([1, 2, 3]);
    expect(out.reduce((sum, value) => sum + value)).toBe(12);
    for (let index = 0; index < 200; index++) {
      const { top, left, bottom, right } = paint.draw(contextOf(index));
      expect(top >= 0 && left >= 0 && bottom <= 32 && right <= 32).toBe(true);
      expect(bottom - top >= 1 && bottom - top <= 2 && right - left <= 2).toBe(true);
    }
  });
});

describe("randomErasing", () => {
  it("erases as often and as much as told", () => {
    const erase = randomErasing({ probability: 0.7, scale: [0.1, 0.2], ratio: [0.5, 2] });
    let erased = 0;
    for (let index = 0; index < 2000; index++) {
      const { box } = erase.draw(contextOf(index));
      if (!box) continue;
      erased++;
      const [h, w] = [box.bottom - box.top, box.right - box.left];
      // Sides are rounded to whole pixels.
      expect(h * w).toBeGreaterThan(0.1 * 1024 - 40);
      expect(h * w).toBeLessThan(0.2 * 1024 + 40);
    }
    // Five standard deviations of 2000 tosses.
    expect(Math.abs(erased - 1400)).toBeLessThan(103);
  });
});

describe("colorJitter", () => {
  it("draws its steps in random order, within their limits, and only those asked for", () => {
    const jitter = colorJitter({ brightness: 0.2, hue: [-0.1, 0.3] });
    const orders = new Set<string>();
    for (let index = 0; index < 200; index++) {
      const steps = jitter.draw(contextOf(index));
      orders.add(steps.map(({ kind }) => kind).join());
      for (const { kind, amount } of steps) {
        const [low, high] = kind === "hue" ? [-0.1, 0.3] : [0.8, 1.2];
        expect(amount >= low && amount <= high).toBe(true);
      }
    }
    expect([...orders].sort()).toEqual(["brightness,hue", "hue,brightness"]);
  });
});

describe("drawBeta", () => {
  it.each([0.2, 1, 3])("has the mean and the variance of the distribution at alpha %f", (alpha) => {
    const rng = randomStream(1, "test");
    const n = 20_000;
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < n; i++) {
      const x = drawBeta(alpha, rng);
      if (!(x >= 0 && x <= 1)) expect.fail(`${x} is outside of [0, 1]`);
      sum += x;
      squares += (x - 0.5) ** 2;
    }
    const variance = 1 / (4 * (2 * alpha + 1));
    expect(Math.abs(sum / n - 0.5)).toBeLessThan(5 * Math.sqrt(variance / n));
    // The fourth central moment is at most a quarter of the variance.
    expect(Math.abs(squares / n - variance)).toBeLessThan(5 * Math.sqrt(variance / 4 / n));
  });
});

describe("a flow that mixes", () => {
  const set = setOf(60);

  it.each([
    ["mixup", mixup()],
    ["cutmix", cutmix()],
  ])("gives %s's labels as probabilities beside the images' own", (_, mix) => {
    const batch = imageFlow(set, {
      augmentation: pipeline({ mix }),
      batchSize: 60,
      shuffle: false,
    }).batch(0, 0);
    expect([...batch.ys]).toEqual([...set.labels]);
    const targets = batch.targets ?? new Float32Array();
    expect(targets.length).toBe(180);
    let mixed = 0;
    for (let i = 0; i < 60; i++) {
      const row = targets.subarray(3 * i, 3 * i + 3);
      expect(row.reduce((sum, value) => sum + value)).toBeCloseTo(1, 6);
      if (row[i % 3] < 1) mixed++;
    }
    expect(mixed).toBeGreaterThan(20);
  });

  it("mixes the same whatever the batch size and the order", () => {
    const rows = (options: object): string[] =>
      [...pipeline(randomFlip(), { mix: cutmix() }).flow(set, options).epoch(1)]
        .flatMap(({ xs, ys, size, targets = new Float32Array() }) =>
          Array.from({ length: size }, (_, i) =>
            [
              ys[i],
              targets.subarray(3 * i, 3 * i + 3).join(),
              xs.subarray(48 * i, 48 * i + 48).join(),
            ].join(),
          ),
        )
        .sort();
    expect(rows({ batchSize: 7 })).toEqual(rows({ shuffle: false }));
  });

  it("blends by the weight of the labels with mixup", () => {
    const white = Float32Array.of(1, 1, 1);
    mixup().apply(white, Float32Array.of(0, 0.5, 1), [1, 1, 3], { weight: 0.25 });
    expect([...white]).toEqual([0.25, 0.625, 1]);
  });

  it("pastes as large a part as the partner's label says with cutmix", () => {
    const mix = cutmix();
    for (let index = 0; index < 200; index++) {
      const parameters = mix.draw(SHAPE, randomStream(0, "mix", index));
      const canvas = new Float32Array(3072);
      mix.apply(canvas, new Float32Array(3072).fill(1), SHAPE, parameters);
      const pasted = canvas.reduce((sum, value) => sum + value) / 3072;
      expect(pasted).toBeCloseTo(1 - parameters.weight, 6);
    }
  });
});

describe("imageFlow with an augmentation", () => {
  it("draws for each image from the stream at (seed, augment, epoch, image)", () => {
    const set = setOf(5);
    const augmentation = compose(randomCrop({ padding: 2 }), cutout({ size: 2 }));
    const { xs } = imageFlow(set, {
      augmentation: pipeline(augmentation),
      seed: 3,
      shuffle: false,
    }).batch(2, 0);
    const rng = randomStream(3, "augment", 2, 4);
    const shape = set.imageShape;
    const parameters = augmentation.draw({ shape, rng, seed: 3, epoch: 2, index: 4 });
    const expected = augmentation.apply(set.image(4), shape, parameters);
    expect(xs.subarray(192)).toEqual(Float32Array.from(expected, (value) => value / 255));
  });

  it.each([
    [
      { augmentation: randomCrop },
      "augmentation to be an augmenter, with a method flow, got the function",
    ],
    [{ augmentation: randomCrop() }, "augmentation to be an augmenter, with a method flow"],
  ])("refuses what is none: %j", (options, message) => {
    expect(() => imageFlow(setOf(2), options as never)).toThrow(message);
  });

  it("takes any augmenter, and looks at the flow of a user's own", () => {
    const set = setOf(5);
    const generator = new ImageDataGenerator({ horizontalFlip: true });
    expect(imageFlow(set, { augmentation: generator, seed: 3 }).batch(1, 0)).toEqual(
      generator.flow(set, { seed: 3 }).batch(1, 0),
    );
    const flow = { batch: () => ({}), epoch: () => [], imageShape: set.imageShape, size: 0 };
    const augmentation = { flow: () => flow as never };
    expect(() => imageFlow(set, { augmentation })).toThrow("imageFlow: expected");
  });
});

describe("the options", () => {
  it.each<[string, () => unknown, string]>([
    ["padding 0", () => randomCrop({ padding: 0 }), "padding to be a whole number in [1, "],
    ["a padding mode", () => randomCrop({ paddingMode: "wrap" as never }), 'got "wrap"'],
    ["a fill", () => randomCrop({ fill: 256 }), "fill to be a finite number in [0, 255], got 256"],
    ["a probability", () => randomFlip({ probability: 2 }), "probability to be a finite number in"],
    ["a size", () => cutout({ size: 0 }), "size to be a whole number of at least 1, got 0"],
    ["a colour", () => cutout({ fill: [0, -1, 0] }), "fill[1] to be a finite number in [0, 255]"],
    ["no colour", () => cutout({ fill: [] }), "fill to have a value"],
    ["a scale", () => randomErasing({ scale: [0.3, 0.1] }), "scale to have its lower limit first"],
    [
      "a ratio",
      () => randomErasing({ ratio: 2 as never }),
      "ratio to be a pair [low, high], got 2",
    ],
    ["a hue", () => colorJitter({ hue: 0.6 }), "hue to be a finite number in [0, 0.5], got 0.6"],
    [
      "a factor",
      () => colorJitter({ contrast: "x" as never }),
      "contrast to be a number or a pair",
    ],
    ["a count", () => randAugment({ count: 0 }), "count to be a whole number in [1, 1000], got 0"],
    [
      "a magnitude",
      () => randAugment({ magnitude: 31 }),
      "magnitude to be a whole number in [0, 30]",
    ],
    ["an alpha", () => mixup({ alpha: 0 }), "mixup: expected alpha to be a finite number above 0"],
    [
      "an alpha",
      () => cutmix({ alpha: -1 }),
      "cutmix: expected alpha to be a finite number above 0",
    ],
    ["a slip", () => cutout({ sise: 3 } as never), "did you mean size"],
    ["grey images", () => trivialAugment().draw(contextOf(0, 0, [8, 8, 1])), "got 1 channels"],
    ["grey images", () => randAugment().draw(contextOf(0, 0, [8, 8, 1])), "got 1 channels"],
  ])("refuse %s", (_, build, message) => {
    expect(build).toThrow(ArgumentError);
    expect(build).toThrow(message);
  });
});
