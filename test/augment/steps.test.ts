/** The two kinds of steps, and what a user's own may do. */
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import {
  alternatingFlip,
  type Augmentation,
  compose,
  type Flow,
  ImageDataGenerator,
  type Mix,
  mixup,
  pipeline,
  randomCrop,
  randomFlip,
} from "cifar-kit";
import { tinyImages } from "../helpers/tiny.ts";

const set = tinyImages(6);
const first = (flow: Flow): Float32Array => flow.batch(0, 0).xs;

describe("a step of the wrong kind", () => {
  const parts: readonly [name: string, part: unknown][] = [
    ["a mix", mixup()],
    ["a generator", new ImageDataGenerator({ rotationRange: 30 })],
    ["another pipeline", pipeline(randomFlip())],
    ["a function", randomFlip],
    ["nothing", undefined],
  ];
  it.each(parts)("is refused as an augmentation: %s", (_, part) => {
    expect(() => pipeline(part as never)).toThrow(/^pipeline: expected augmentation 1 to be one/);
    expect(() => pipeline(randomCrop(), part as never)).toThrow(/augmentation 2 to be one/);
    expect(() => compose(part as never)).toThrow(/^compose: expected augmentation 1 to be one/);
  });

  it.each([
    ["an augmentation", randomFlip()],
    ["several", compose(randomFlip())],
  ])("is refused as a mix: %s", (_, mix) => {
    expect(() => pipeline({ mix: mix as never })).toThrow(/mix to be what mixes two images/);
  });

  it.each([
    new Map([["mix", mixup()]]),
    new Date(),
    Object("x"),
    new (class {
      mixed() {}
    })(),
  ])("is refused as options: %o", (options) => {
    expect(() => pipeline(randomCrop(), options as never)).toThrow(/an options object, got a/);
  });

  it("is named as a list where steps come in one", () => {
    const steps = [randomFlip(), randomCrop()] as never;
    const list =
      /expected one augmentation after another, got a list of them; pass (\w+)\(\.\.\.list\)/;
    expect(() => pipeline(steps)).toThrow(list);
    expect(() => pipeline(steps, { mix: mixup() })).toThrow(list);
    expect(() => pipeline(randomFlip(), steps)).toThrow(list);
    expect(() => pipeline([] as never)).toThrow(list);
    expect(() => compose(steps)).toThrow(list);
  });

  it("is none where options are of a class with fields", () => {
    class Options {
      mix = mixup();
    }
    expect(first(pipeline(new Options()).flow(set))).toEqual(
      first(pipeline({ mix: mixup() }).flow(set)),
    );
  });
});

describe("a mix of one's own", () => {
  const mixed = (mix: unknown) => () =>
    pipeline({ mix: mix as Mix })
      .flow(set)
      .batch(0, 0);
  const apply = (): void => undefined;

  it.each([2, -1, NaN, "1", undefined])("has to give a share as its weight, not %s", (weight) => {
    expect(mixed({ draw: () => ({ weight }), apply })).toThrow(/^mix.draw: expected weight to be/);
  });

  it("has to give parameters", () => {
    expect(mixed({ draw: apply, apply })).toThrow(/^mix.draw: expected weight to be/);
  });

  it("has to leave finite pixels", () => {
    const broken = (image: Float32Array): unknown => image.fill(NaN, 5, 6);
    expect(mixed({ draw: () => ({ weight: 1 }), apply: broken })).toThrow(
      /^mix.apply: expected finite pixels/,
    );
  });
});

describe("an augmentation of one's own", () => {
  const inPlace: Augmentation<null> = { draw: () => null, apply: (image) => image.fill(0) };

  it("may write to its image, and leaves the set as it was", () => {
    const before = set.images.slice();
    for (const steps of [[inPlace], [randomFlip({ probability: 0 }), inPlace]]) {
      expect(first(pipeline(...steps).flow(set)).every((value) => value === 0)).toBe(true);
      expect(first(pipeline(compose(...steps)).flow(set)).every((value) => value === 0)).toBe(true);
    }
    expect(set.images).toEqual(before);
  });

  it("is checked between others, too", () => {
    const wrong = { draw: () => null, apply: () => Promise.resolve(new Uint8Array(192)) } as never;
    expect(() => first(pipeline(wrong, alternatingFlip()).flow(set))).toThrow(
      /apply to give its result at once/,
    );
    const short = { draw: () => null, apply: () => new Uint8Array(3) } as never;
    expect(() => first(pipeline(short, alternatingFlip()).flow(set))).toThrow(/192 bytes/);
  });
});

describe("what a console shows", () => {
  it("of steps and pipelines is the call that makes them", () => {
    expect(inspect(randomFlip())).toBe("randomFlip({ probability: 0.5 })");
    expect(inspect(pipeline(alternatingFlip(), randomFlip(), { mix: mixup() }))).toBe(
      "pipeline(alternatingFlip(), randomFlip({ probability: 0.5 }), { mix: mixup({ alpha: 1 }) })",
    );
    const own = { draw: () => null, apply: (image: Uint8Array) => image };
    expect(inspect(pipeline(own))).toBe("an augmentation with functions of your own");
  });
});
