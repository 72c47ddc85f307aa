import { describe, expect, it } from "vitest";
import {
  ImageDataGenerator,
  imageFlow,
  mixup,
  pipeline,
  randomFlip,
} from "../../src/augment/index.ts";
import { ArgumentError } from "../../src/errors.ts";
import { mostConfident } from "../../src/metrics/index.ts";
import {
  plotAugmentations,
  plotPredictions,
  type PlotPredictionsOptions,
  plotSample,
  plotSamples,
} from "../../src/plots/index.ts";
import { imageUrl } from "../../src/plots/image-url.ts";
import { expectGolden } from "./golden.ts";
import { readPng } from "./read-png.ts";
import { noiseSet, valuesOf } from "./samples.ts";
import { toSvg } from "../../src/plots/to-svg.ts";

const set = noiseSet(50);
const empty = set.take(0);
const captions = (spec: unknown): unknown[] => valuesOf(spec).map(({ caption }) => caption);
const urlOf = (index: number): string => imageUrl(set.image(index), set.imageShape);

describe("plotSample", () => {
  it("shows one image with its class name below", async () => {
    const spec = plotSample(set, 7);
    expect(valuesOf(spec)).toHaveLength(1);
    expect(valuesOf(spec)[0]).toMatchObject({ caption: ["Bird"], url: urlOf(7) });
    expect(spec.description).toBe("Image 7, of class Bird");
    expectGolden("sample", await toSvg(spec));
  });

  it("refuses an index outside the set", () => {
    for (const index of [-1, 50, 1.5, Number.NaN, "3"]) {
      expect(() => plotSample(set, index as number)).toThrow(
        /plotSample: expected index to be a whole number in \[0, 49\], got/,
      );
    }
    expect(() => plotSample(empty, 0)).toThrow(/at least one image, got an empty set/);
  });

  it("refuses images that no picture can show", () => {
    expect(() => plotSample(noiseSet(3, [2, 2, 5]), 0)).toThrow(/1 to 4 channels.*got 5 channels/);
  });
});

describe("plotSamples", () => {
  it("shows ten different images, chosen by the seed, in the order of the set", () => {
    const spec = plotSamples(set);
    const urls = valuesOf(spec).map(({ url }) => url);
    expect(new Set(urls).size).toBe(10);
    const indices = urls.map((url) => [...set.labels.keys()].find((i) => urlOf(i) === url));
    expect(indices).toEqual([...indices].sort((a = 0, b = 0) => a - b));
    expect(plotSamples(set, { seed: 0 })).toEqual(spec);
    expect(plotSamples(set, { seed: 1 })).not.toEqual(spec);
  });

  it("lays the images out in full rows", () => {
    const columns = (count: number): number =>
      new Set(valuesOf(plotSamples(set, { count })).map(({ x }) => x)).size;
    expect([1, 3, 5, 6, 10, 12, 50].map(columns)).toEqual([1, 3, 5, 3, 5, 4, 9]);
    expect(new Set(valuesOf(plotSamples(set, { columns: 2 })).map(({ x }) => x)).size).toBe(2);
  });

  it("shows a small set whole", () => {
    expect(captions(plotSamples(set.take(3)))).toEqual([["Airplane"], ["Automobile"], ["Bird"]]);
  });

  it("shows grey, grey with alpha and RGBA images, and images of any shape", async () => {
    for (const channels of [1, 2, 4]) {
      const [{ url }] = valuesOf(plotSamples(noiseSet(1, [6, 3, channels])));
      const png = readPng(Buffer.from(String(url).split(",")[1], "base64"));
      expect(png).toMatchObject({ width: 3, height: 6, channels });
    }
    // 96 pixels high, half as wide.
    expect(await toSvg(plotSamples(noiseSet(1, [6, 3, 1])))).toMatch(/width="48" height="96"/);
  });

  it("cuts captions that are much wider than their image", () => {
    const { images, labels, imageShape } = set.take(1);
    const named = noiseSet(1).constructor as new (parts: object) => typeof set;
    const long = new named({ images, labels, imageShape, classNames: ["a name ".repeat(20)] });
    expect(String(captions(plotSamples(long))[0])).toMatch(/^a name .*…$/);
  });

  it("draws the grid as before", async () => {
    expectGolden("samples", await toSvg(plotSamples(set, { count: 4, title: "Four samples" })));
  });

  it("refuses bad options", () => {
    const bad = (options: object): unknown => {
      try {
        return plotSamples(set, options);
      } catch (error) {
        return error;
      }
    };
    for (const options of [
      { count: 0 },
      { count: 401 },
      { columns: 0 },
      { seed: 0.5 },
      { cuont: 3 },
    ]) {
      expect(bad(options)).toBeInstanceOf(ArgumentError);
    }
    expect(String(bad({ cuont: 3 }))).toContain("did you mean count?");
    expect(() => plotSamples(empty)).toThrow(/an empty set/);
  });
});

describe("plotPredictions", () => {
  const yTrue = Array.from(set.labels);
  // Every third prediction is wrong by one class.
  const yPred = yTrue.map((label, i) => (i % 3 === 0 ? (label + 1) % 5 : label));
  const probabilities = Float32Array.from({ length: 250 }, (_, i) =>
    i % 5 === yPred[Math.floor(i / 5)] ? 0.6 : 0.1,
  );

  it("tells right from wrong by mark, frame and text as well as by colour", () => {
    const spec = plotPredictions(set, { yPred, count: 50 });
    for (const { url, caption, frame } of valuesOf(spec)) {
      const index = [...set.labels.keys()].find((i) => urlOf(i) === url) ?? -1;
      const name = set.classNames[yPred[index]];
      if (index % 3 === 0) {
        expect(caption).toEqual([`✗ ${name}`, `true: ${set.classNames[yTrue[index]]}`]);
        expect(frame).not.toBe("none");
      } else {
        expect(caption).toEqual([`✓ ${name}`]);
        expect(frame).toBe("none");
      }
    }
    expect(spec.title).toMatchObject({ text: "33 of 50 predictions right" });
  });

  it("takes the most probable class and names its probability", () => {
    const spec = plotPredictions(set, { probabilities, count: 50 });
    expect(valuesOf(spec)[1].caption).toEqual(["✓ Automobile 60 %"]);
    expect(captions(spec)).toEqual(
      captions(plotPredictions(set, { yPred, probabilities, count: 50 })),
    );
  });

  it("names classes that the set has no names for by their indices, or as is said", () => {
    const rows = Array.from(yTrue, () => [0, 0, 0, 0, 0.25, 0.75]);
    const evaluation = { yTrue, yPred: yTrue.map(() => 5), probabilities: rows.flat() };
    const classNames = Array.from("abcdef");
    const first = (options: PlotPredictionsOptions): unknown =>
      String(captions(plotPredictions(set, options))[0]).split(",")[0];
    expect(first(mostConfident(evaluation, set))).toBe("✗ 5 75 %");
    expect(first(mostConfident({ ...evaluation, classNames }, set))).toBe("✗ f 75 %");
    expect(first({ probabilities: rows })).toBe("✗ 5 75 %");
    expect(first({ yPred: evaluation.yPred })).toBe("✗ 5");
  });

  it("shows wrong predictions only, if asked", () => {
    const spec = plotPredictions(set, { yPred, onlyWrong: true, count: 5 });
    expect(valuesOf(spec).every(({ frame }) => frame !== "none")).toBe(true);
    expect(spec.title).toMatchObject({ text: "5 of 17 wrong predictions" });
    expect(() => plotPredictions(set, { yPred: yTrue, onlyWrong: true })).toThrow(
      /at least one wrong prediction, got none/,
    );
  });

  it("draws the grid as before", async () => {
    const spec = plotPredictions(set, { yPred, probabilities, count: 4 });
    expectGolden("predictions", await toSvg(spec));
  });

  it("refuses predictions that do not fit the set", () => {
    expect(() => plotPredictions(set, {})).toThrow(/yPred or probabilities, got neither/);
    expect(() => plotPredictions(set, { yPred: [1, 2] })).toThrow(/yPred to hold 50.*got 2;/);
    expect(() => plotPredictions(set, { probabilities: [1] })).toThrow(
      /probabilities to hold the same number of scores for each of the 50 samples, got 1/,
    );
    expect(() => plotPredictions(set, { yPred: yPred.map(() => 5), probabilities })).toThrow(
      /yPred to hold whole numbers in \[0, 4\], got 5 at index 0/,
    );
    expect(() => plotPredictions(set, { yPred: yPred.map(() => -1) })).toThrow(/got -1 at index 0/);
    expect(() => plotPredictions(set, { yPred, onlyWrong: 1 as never })).toThrow(ArgumentError);
    const rows = yTrue.map(() => [0.2, 0.2, 0.2, 0.2, 0.2]);
    for (const row of [[0.2], [], null, undefined]) {
      const ragged = rows.map((own, i) => (i === 3 ? row : own)) as number[][];
      expect(() => plotPredictions(set, { probabilities: ragged })).toThrow(
        /row 3 of probabilities to /,
      );
    }
    for (const value of [NaN, 5.2, -1]) {
      const logits = rows.map((own, i) => (i === 3 ? own.map(() => value) : own));
      expect(() => plotPredictions(set, { probabilities: logits })).toThrow(
        /row 3 of probabilities to hold (probabilities in \[0, 1\]|finite numbers), got /,
      );
    }
    expect(() => plotPredictions(set, { ypred: yPred } as never)).toThrow(/did you mean yPred\?/);
    expect(() => plotPredictions(empty, { yPred: [] })).toThrow(/an empty set/);
  });
});

describe("plotPredictions of chosen images", () => {
  const labels = [3, 2, 1];
  const chosen = { indices: [8, 7, 1], labels, yPred: [3, 3, 1], probabilities: [0.99, 0.9, 0.8] };

  it("shows them in their order, with the probability of the predicted class and the file", () => {
    const spec = plotPredictions(set, { ...chosen, paths: ["a/x.png", "b\\y.png", "z.png"] });
    expect(valuesOf(spec).map(({ url }) => url)).toEqual([8, 7, 1].map(urlOf));
    expect(captions(spec)).toEqual([
      ["✓ Cat 99 %", "x.png"],
      ["✗ Cat 90 %", "true: Bird", "y.png"],
      ["✓ Automobile 80 %", "z.png"],
    ]);
    const many = { indices: [...set.labels.keys()], yPred: [...set.labels] };
    expect(valuesOf(plotPredictions(set, many))).toHaveLength(50);
    expect(valuesOf(plotPredictions(set, { ...many, count: 3 }))).toHaveLength(3);
  });

  it("refuses none, others than the set has, and those of another set", () => {
    const none = { indices: [], labels: [], yPred: [], probabilities: [] };
    expect(() => plotPredictions(set, none)).toThrow(/at least one prediction, got none/);
    for (const indices of [[8, 7, 50], [8, 7, -1], [8, 7, 0.5], 8] as never[]) {
      expect(() => plotPredictions(set, { ...chosen, indices })).toThrow(/indices of the set, got/);
    }
    expect(() => plotPredictions(set, { ...chosen, labels: [3, 2, 0] })).toThrow(
      /labels that the set has, too, .* got others; pass the set that the predictions are of/,
    );
    expect(() => plotPredictions(set, { ...chosen, paths: ["x.png"] })).toThrow(/as many paths/);
  });
});

describe("plotAugmentations", () => {
  const generator = new ImageDataGenerator({ widthShiftRange: 0.5, horizontalFlip: true });

  it("shows each image, then what the model sees of it in epochs 0, 1, 2, ...", () => {
    const spec = plotAugmentations(set, generator, { count: 2, variants: 3, seed: 4 });
    const urls = valuesOf(spec).map(({ url }) => url);
    expect(urls).toHaveLength(8);
    const index = [...set.labels.keys()].find((i) => urlOf(i) === urls[4]) ?? -1;
    const flow = generator.flow(set, { seed: 4, shuffle: false, batchSize: 50 });
    for (const epoch of [0, 1, 2]) {
      const [{ xs }] = [...flow.epoch(epoch)];
      const seen = xs.subarray(index * 48, (index + 1) * 48).map((value) => value * 255);
      const pixels = new Uint8Array(Uint8ClampedArray.from(seen));
      expect(urls[5 + epoch]).toBe(imageUrl(pixels, set.imageShape));
    }
  });

  it("shows what a flow gives, mixed images too", () => {
    const options = {
      augmentation: pipeline({ mix: mixup() }),
      seed: 2,
      batchSize: 1,
      shuffle: false,
    };
    const flow = imageFlow(set, options);
    const urls = valuesOf(plotAugmentations(set, flow, { count: 1, variants: 2 })).map(
      ({ url }) => url,
    );
    const index = [...set.labels.keys()].find((i) => urlOf(i) === urls[0]) ?? -1;
    for (const epoch of [0, 1]) {
      const seen = flow.batch(epoch, index).xs.map((value) => value * 255);
      const pixels = new Uint8Array(Uint8ClampedArray.from(seen));
      expect(urls[1 + epoch]).toBe(imageUrl(pixels, set.imageShape));
    }
    expect(() => plotAugmentations(set, imageFlow(set, { ...options, shuffle: true }))).toThrow(
      /shuffle: false/,
    );
    expect(() => plotAugmentations(set, imageFlow(set))).toThrow(/a flow of single images/);
  });

  it("shows what a pipeline gives, and an augmenter of one's own", () => {
    const mixed = pipeline(randomFlip(), { mix: mixup() });
    const flow = mixed.flow(set, { seed: 3, batchSize: 1, shuffle: false });
    const expected = valuesOf(plotAugmentations(set, flow, { seed: 3, count: 2 }));
    for (const augmentation of [mixed, { flow: mixed.flow.bind(mixed) }]) {
      const spec = plotAugmentations(set, augmentation, { seed: 3, count: 2 });
      expect(valuesOf(spec)).toEqual(expected);
    }
  });

  it("refuses what is no generator, and too many pictures", () => {
    expect(() => plotAugmentations(set, {} as never)).toThrow(/an augmenter, or a flow of/);
    expect(() => plotAugmentations(set, generator, { count: 20, variants: 20 })).toThrow(
      /variants to be a whole number in \[1, 19\], got 20/,
    );
    expect(() => plotAugmentations(set, generator, { count: 400 })).toThrow(ArgumentError);
    expect(() => plotAugmentations(empty, generator)).toThrow(/an empty set/);
  });
});
