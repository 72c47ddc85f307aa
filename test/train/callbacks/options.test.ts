import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../../src/errors.ts";
import { cosineDecay, linearSchedule, oneCycle } from "../../../src/model/index.ts";
import * as callbacks from "../../../src/train/callbacks/index.ts";

const MONITOR = ["monitor", "mode"];
const ANNOUNCE = ["verbose", "output"];

/** Each callback with the arguments before its options and their names. */
const CALLBACKS: [name: string, before: unknown[], options: string[]][] = [
  ["csvLogger", [() => 0], ["separator", "append"]],
  [
    "earlyStopping",
    [],
    [
      ...MONITOR,
      ...ANNOUNCE,
      ...["minDelta", "patience", "baseline", "restoreBestWeights", "startFromEpoch"],
    ],
  ],
  [
    "learningRateFinder",
    [],
    ["minLearningRate", "maxLearningRate", "steps", "smoothing", "stopFactor"],
  ],
  ["learningRateScheduler", [() => 0.1], ANNOUNCE],
  [
    "modelCheckpoint",
    [],
    [
      ...MONITOR,
      ...ANNOUNCE,
      ...["filepath", "save", "saveBestOnly", "saveWeightsOnly", "saveFreq"],
      "initialValueThreshold",
    ],
  ],
  ["progressBar", [], ["style", "output"]],
  [
    "reduceLROnPlateau",
    [],
    [...MONITOR, ...ANNOUNCE, ...["minDelta", "factor", "patience", "cooldown", "minLearningRate"]],
  ],
  ["tensorBoard", [() => 0], ["wallTime"]],
  ["terminateOnNaN", [], ["raiseError", ...ANNOUNCE]],
  ["lookahead", [], ["every", "alpha"]],
  ["weightAveraging", [], ["momentum", "every", "swapOnEpoch"]],
  [
    "cosineDecay",
    [],
    ["initialLearningRate", "decaySteps", "alpha", "warmupTarget", "warmupSteps"],
  ],
  ["linearSchedule", [], ["from", "to", "steps", "warmup", "warmupFrom"]],
  [
    "oneCycle",
    [],
    ["maxLearningRate", "totalSteps", "riseShare", "anneal", "divFactor", "finalDivFactor"],
  ],
];

const value = fc.oneof(
  fc.anything({ withBigInt: true, withTypedArray: true }),
  fc.constantFrom(undefined, null, true, 0, 1, 2, 0.5, -1, NaN, "min", "val_loss", "epoch", "{x"),
);

describe.each(CALLBACKS)("%s", (name, before, keys) => {
  const makers = { ...callbacks, cosineDecay, linearSchedule, oneCycle };
  const create = makers[name as keyof typeof makers] as (...args: unknown[]) => unknown;

  it("takes or refuses any options, with an error that names it", () => {
    const options = fc.oneof(
      fc.record(Object.fromEntries(keys.map((key) => [key, value])), { requiredKeys: [] }),
      // One option at a time, so that each gets its turn.
      ...keys.map((key) => value.map((given) => ({ [key]: given }))),
      value,
    );
    fc.assert(
      fc.property(options, (given) => {
        try {
          create(...before, given);
        } catch (error) {
          expect(error).toBeInstanceOf(ArgumentError);
          const message = new RegExp(`^${name}: expected .+, got .*; .+\\.$`, "s");
          expect((error as Error).message).toMatch(message);
        }
      }),
      { seed: 1, numRuns: 1000 },
    );
  });
});

it("a monitor without a known direction is first asked for as a slip of the pen", () => {
  expect(() => callbacks.earlyStopping({ monitor: "val_acuracy" })).toThrow(
    'did you mean val_accuracy? Else pass mode: "min" or mode: "max".',
  );
  expect(() => callbacks.earlyStopping({ monitor: "speed" })).toThrow('it; pass mode: "min" or');
});
