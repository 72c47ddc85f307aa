/** Random runs of callbacks, compared with what Keras did on them. */
import "@tensorflow/tfjs-backend-cpu";
import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import type { Callback } from "../../../src/train/callback.ts";
import type { Logs } from "../../../src/train/logs.ts";
import {
  csvLogger,
  earlyStopping,
  modelCheckpoint,
  reduceLROnPlateau,
} from "../../../src/train/callbacks/index.ts";
import { cosineDecay } from "../../../src/model/index.ts";
import { fakeRun, type Hooks, hooksOf } from "./fake-run.ts";
import { fromPython } from "./from-python.ts";
import { TextBuffer } from "./text-buffer.ts";

interface Result {
  readonly epochs: number;
  readonly weights: number;
  readonly rates: number[];
  readonly learningRateLogged: (number | null)[];
  readonly saved: string[];
  readonly output: string;
}

type Options = Record<string, string | number | boolean | null>;

interface Case {
  readonly options: Options;
  /** Text for what JSON cannot hold: `"nan"`, `"inf"`, `"-inf"`. */
  readonly logs: Record<string, number | string>[];
  readonly batches?: number;
  readonly result: Result;
}

const fixture = JSON.parse(
  readFileSync(new URL("../../fixtures/train/callbacks.keras-3.json", import.meta.url), "utf8"),
) as {
  earlyStopping: Case[];
  reduceLROnPlateau: Case[];
  modelCheckpoint: Case[];
  notFinite: Record<"earlyStopping" | "reduceLROnPlateau" | "modelCheckpoint", Case[]>;
  csvLogger: { separator: string; logs: Logs[]; text: string }[];
  cosineDecay: { options: Options; rates: number[] }[];
};

/** The options under this library's names; Python's None is left out. */
function camelCase(options: Options): Record<string, unknown> {
  const rename = (name: string): string =>
    name === "min_lr"
      ? "minLearningRate"
      : name.replace(/_(.)/g, (_, c: string) => c.toUpperCase());
  return Object.fromEntries(
    Object.entries(options)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [rename(name), value]),
  );
}

/**
 * The steps of a run as the generator makes them; its weights are the number of the epoch.
 * @param interruptAt number of an epoch before which the callback is replaced by a new one, which
 *   gets the old one's state.
 */
async function run(
  make: (extras: { verbose: 1; output: TextBuffer }) => Callback,
  { logs, batches = 0 }: Case,
  interruptAt?: number,
): Promise<Result> {
  // As on a terminal: messages that leave the open progress line begin with a line break.
  const output = new TextBuffer({ isTTY: true });
  let weights = -1;
  const saved: string[] = [];
  const variable = {
    shape: [1],
    read: () => ({
      shape: [1],
      dtype: "float32",
      data: () => Promise.resolve(Float32Array.of(weights)),
      assign: (tensor: { dataSync(): Float32Array }) => {
        weights = tensor.dataSync()[0];
      },
    }),
  };
  const save = (path: string): Promise<void> => Promise.resolve(void saved.push(path));
  const context = fakeRun({ model: { layers: [{ weights: [variable] }], save } as never });
  let callback = hooksOf(make({ verbose: 1, output }), context);
  await callback.onTrainBegin();
  await callback.onPhaseBegin(0);
  const rates: number[] = [];
  const logged: (number | null)[] = [];
  for (const [epoch, given] of logs.entries()) {
    if (epoch === interruptAt) {
      const state = structuredClone(await callback.getState());
      callback = hooksOf(make({ verbose: 1, output }), context);
      await callback.onTrainBegin();
      await callback.onPhaseBegin(0);
      await callback.setState(state);
    }
    const epochLogs: Logs = Object.fromEntries(
      Object.entries(given).map(([key, value]) => [
        key,
        typeof value === "number" ? value : fromPython(value),
      ]),
    );
    await callback.onEpochBegin(epoch);
    for (let batch = 0; batch < batches; batch++) {
      await callback.onBatchEnd(batch, { loss: epoch * batches + batch });
    }
    weights = epoch;
    await callback.onEpochEnd(epoch, epochLogs);
    rates.push(context.learningRate);
    logged.push(epochLogs.learning_rate ?? null);
    if (context.isStopped) break;
  }
  await callback.onPhaseEnd(0);
  await callback.onTrainEnd();
  return {
    epochs: rates.length,
    weights,
    rates,
    learningRateLogged: logged,
    saved,
    output: output.text,
  };
}

describe("callbacks that follow Keras 3", () => {
  it.each([
    ["earlyStopping", earlyStopping, fixture.earlyStopping],
    ["reduceLROnPlateau", reduceLROnPlateau, fixture.reduceLROnPlateau],
    ["modelCheckpoint", modelCheckpoint, fixture.modelCheckpoint],
    ["earlyStopping on NaN", earlyStopping, fixture.notFinite.earlyStopping],
    ["reduceLROnPlateau on NaN", reduceLROnPlateau, fixture.notFinite.reduceLROnPlateau],
    ["modelCheckpoint on NaN", modelCheckpoint, fixture.notFinite.modelCheckpoint],
  ] as const)(
    "%s does the same and says the same, interrupted or not",
    async (_, create, cases) => {
      expect(cases.length).toBeGreaterThanOrEqual(60);
      const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
      for (const example of cases) {
        const make = create as (options: object) => Callback;
        // Without an interruption, and with one before each epoch but the first.
        for (const interruptAt of [undefined, ...example.logs.keys()].filter((at) => at !== 0)) {
          const result = await run(
            (extras) => make({ ...camelCase(example.options), ...extras }),
            example,
            interruptAt,
          );
          expect(result, JSON.stringify(example.options)).toEqual(example.result);
        }
      }
      warn.mockRestore();
    },
  );

  it("csvLogger writes the same bytes", async () => {
    for (const { separator, logs, text } of fixture.csvLogger) {
      for (const interrupts of [false, true]) {
        let written = "";
        const make = (): Hooks => hooksOf(csvLogger((piece) => (written += piece), { separator }));
        let callback = make();
        await callback.onTrainBegin();
        for (const [epoch, values] of logs.entries()) {
          await callback.onEpochEnd(epoch, { ...values });
          if (!interrupts) continue;
          const state = structuredClone(await callback.getState());
          callback = make();
          await callback.onTrainBegin();
          await callback.setState(state);
        }
        expect(written).toBe(text);
      }
    }
  });

  it("cosineDecay gives the same learning rates", () => {
    for (const { options, rates } of fixture.cosineDecay) {
      const schedule = cosineDecay(camelCase(options) as never);
      const highest = Math.max(...rates);
      rates.forEach((rate, step) => {
        // Keras computes in single precision: a few roundings of numbers as large as the highest.
        expect(Math.abs(schedule(step) - rate)).toBeLessThanOrEqual(4 * 2 ** -24 * highest);
      });
    }
  });
});
