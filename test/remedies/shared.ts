import * as kit from "cifar-kit";
import { httpSource } from "cifar-kit/browser";
import { readOptions, texts } from "../../src/options.ts";
import { tinyImages } from "../helpers/tiny.ts";
import { type Trials, type Untried, wrong } from "./trial.ts";

const set = tinyImages(6);
const named = (names: readonly string[]): unknown =>
  readOptions("named", { names }, { names: texts("names", '["red"]') });

/** One trial for each check that all doors share. */
export const trials: Trials = {
  "await it": [
    () => kit.imageFlow(set, { batchSize: wrong(Promise.resolve(2)) }),
    async () => kit.imageFlow(set, { batchSize: await Promise.resolve(2) }),
  ],
  "pass the file's bytes": [
    () => kit.decodeIdx(wrong("idx")),
    () => kit.decodeIdx(Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7)),
  ],
  "pass a string, or leave it out": [
    () => new kit.ImageDataGenerator().flow(set, { savePrefix: wrong(5) }),
    () => {
      new kit.ImageDataGenerator().flow(set, { savePrefix: "mine" });
      new kit.ImageDataGenerator().flow(set);
    },
  ],
  "pass a number{}": [
    () => kit.adam({ learningRate: wrong("0.1") }),
    () => kit.adam({ learningRate: 0.1 }),
  ],
  "pass a whole number{}": [
    () => kit.imageFlow(set, { batchSize: 0 }),
    () => kit.imageFlow(set, { batchSize: 1 }),
  ],
  "pass e.g. {}": [() => named(wrong("red")), () => named(["red"])],
  "pass [{}, {}]": [
    () => new kit.ImageDataGenerator({ zoomRange: [1.2, 0.8] }),
    () => new kit.ImageDataGenerator({ zoomRange: [0.8, 1.2] }),
  ],
  "pass a boolean": [
    () => kit.imageFlow(set, { shuffle: wrong("yes") }),
    () => kit.imageFlow(set, { shuffle: true }),
  ],
  "pass a function or leave it out": [
    () => httpSource({ baseUrl: "https://example.org", onProgress: wrong(5) }),
    () => {
      httpSource({ baseUrl: "https://example.org", onProgress: () => undefined });
      httpSource({ baseUrl: "https://example.org" });
    },
  ],
  "pass new AbortController().signal": [
    () => httpSource({ baseUrl: "https://example.org", signal: wrong(null) }),
    () => httpSource({ baseUrl: "https://example.org", signal: new AbortController().signal }),
  ],
  "pass one of these": [
    () => kit.progressBar({ style: wrong("keras1") }),
    () => kit.progressBar({ style: "keras2" }),
  ],
  "pass { {}{} }": [() => kit.imageFlow(set, wrong(5)), () => kit.imageFlow(set, { batchSize: 2 })],
  "did you mean {}? Remove or rename it": [
    () => kit.imageFlow(set, wrong({ batchsize: 2 })),
    () => kit.imageFlow(set, { batchSize: 2 }),
  ],
  "pass plain values": [
    () =>
      kit.imageFlow(set, {
        get batchSize(): number {
          throw new Error("not now");
        },
      }),
    () => kit.imageFlow(set, { batchSize: 2 }),
  ],
  "remove it": [() => kit.imageFlow(set, wrong({ colour: 2 })), () => kit.imageFlow(set, {})],
};

export const untried: Untried = {};
