import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { ArgumentError } from "cifar-kit";
import {
  choice,
  folds,
  integer,
  logUniform,
  median,
  type Outcome,
  runStudy,
  type Space,
  type Study,
  type StudyOptions,
  uniform,
} from "cifar-kit/study";
import { fromPythonJson } from "../../src/study/journal/python-json.ts";
import { TextBuffer } from "../train/callbacks/text-buffer.ts";
import { Memory, trialUrl } from "./in-process.ts";

const CURVES = [
  [0.9, 0.5],
  [0.8, 0.2],
  [0.7, 0.4],
];
const space = { curve: choice(CURVES) };
type Options = Partial<StudyOptions>;
const run = (engine: Memory, options: Options = {}): Promise<Study> =>
  runStudy<Space>({
    ...{ trial: trialUrl("curve"), space, sampler: "grid", seed: 1, engine, verbose: 0 },
    ...options,
  });
const moods = (...list: string[]): Options => ({
  trial: trialUrl("moods"),
  space: { mood: choice(list) },
});

// Trials that fail say why on their console, which here is that of the tests.
beforeAll(() => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});

describe("a study", () => {
  it("has all trials with what they were given and gave, and names the best", async () => {
    const study = await run(new Memory());
    expect(
      study.trials.map(({ number, state, params, value }) => [number, state, params, value]),
    ).toEqual(CURVES.map((curve, i) => [i, "complete", { curve }, curve[1]]));
    expect(study.best.number).toBe(1);
    expect(study.trials[0].reports).toEqual([
      { epochs: 1, value: 0.9, logs: { loss: 0.9, accuracy: expect.closeTo(0.1) as number } },
      { epochs: 2, value: 0.5, logs: { loss: 0.5, accuracy: 0.5 } },
    ]);
  });

  it("takes the largest value for the best if it is told so, of equal ones the first", async () => {
    const twice = [[0.1], [0.9], [0.9, 0.9]];
    const study = await run(new Memory(), {
      direction: "maximize",
      space: { curve: choice(twice) },
    });
    expect(study.best).toMatchObject({ number: 1, value: 0.9 });
    expect(study.trials[0].reports[0].value).toBeCloseTo(0.9); // the accuracy
  });

  it("of the same seed has the same trials, however many run at a time", async () => {
    const options: Options = {
      ...{ trial: trialUrl("odd-names"), sampler: "random", trials: 6 },
      space: { x: uniform(0, 1), y: integer(1, 1000) },
    };
    const seen = async (workers: number, seed = 1) =>
      (await run(new Memory(workers), { ...options, seed })).trials.map(
        ({ number, params, seed: own, value }) => ({ number, params, own, value }),
      );
    const one = await seen(1);
    expect(await seen(4)).toEqual(one);
    expect(await seen(1, 2)).not.toEqual(one);
    expect(new Set(one.map(({ own }) => own)).size).toBe(6);
  });

  it("goes on when there are to be more trials, and begins none of the old ones again", async () => {
    const memory = new Memory();
    await run(memory, { trials: 2 });
    const study = await run(memory, { trials: 3 });
    expect(memory.runs).toEqual([0, 1, 2]);
    expect(study.trials.map(({ state }) => state)).toEqual(Array(3).fill("complete"));
    await run(memory, { trials: 3 });
    expect(memory.runs).toHaveLength(3);
  });

  it("takes names that every object has for parameters like any others", async () => {
    const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];
    const memory = new Memory();
    const odd: Options = {
      ...{ trial: trialUrl("odd-names"), sampler: "random", trials: 2 },
      space: Object.fromEntries(names.map((name) => [name, uniform(0, 1)])),
    };
    const study = await run(memory, odd);
    for (const { params, value } of study.trials) {
      expect(Object.keys(params)).toEqual(names);
      const sum = Object.values(params).reduce<number>((total, one) => total + (one as number), 0);
      expect(value).toBeCloseTo(sum);
    }
    expect(String(study)).toContain("__proto__");
    await run(memory, odd);
  });

  it("tries each choice on all folds", async () => {
    const study = await run(new Memory(), {
      ...{ trial: trialUrl("odd-names"), sampler: "random", trials: 6 },
      space: { x: uniform(0, 1), fold: folds(3) },
    });
    expect(study.trials.map(({ params }) => params.fold)).toEqual([0, 1, 2, 0, 1, 2]);
    expect(new Set(study.trials.map(({ params }) => params.x)).size).toBe(2);
  });
});

describe("a trial that fails", () => {
  it.each([
    ["nothing", /expected one finite number from the trial, got undefined/],
    ["NaN", /expected one finite number from the trial, got NaN/],
    ["text", /expected one finite number from the trial, got "0.5"/],
    ["throws", /^out of colours$/],
  ])("is one of the results, and the study goes on: %s", async (mood, message) => {
    const study = await run(new Memory(), moods(mood, "well"));
    expect(study.trials.map(({ state }) => state)).toEqual(["failed", "complete"]);
    expect(study.trials[0].error).toMatch(message);
    expect(study.best.number).toBe(1);
  });

  it("is tried again as often as it may, and not once more by the next call", async () => {
    const memory = new Memory();
    await run(memory, { ...moods("throws"), retries: 2 });
    await run(memory, { ...moods("throws"), retries: 2 });
    expect(memory.runs).toEqual([0, 0, 0]);
  });

  it("leaves no best one, which is said with the first failure", async () => {
    const study = await run(new Memory(), moods("throws", "NaN"));
    expect(() => study.best).toThrow(/a complete trial, got none, the first failure being "out of/);
    expect(() => study.best).toThrow(ArgumentError);
  });

  it.each(["broken", "nothing", "not-there"])(
    "before it begins stops the study, and nothing is lost: %s",
    async (name) => {
      const memory = new Memory(2);
      const broken = run(memory, { trial: trialUrl(name) });
      await expect(broken).rejects.toThrow(
        /runStudy: expected a trial as the default export of file:/,
      );
      await expect(broken).rejects.toThrow(ArgumentError);
      const study = await run(memory);
      expect(study.trials.map(({ state }) => state)).toEqual(Array(3).fill("complete"));
      expect(study.trials).toEqual((await run(new Memory())).trials);
    },
  );
});

describe("a trial whose process is gone", () => {
  const lost = (isKilled: boolean, times: number) => {
    let left = times;
    return ({ number }: { number: number }): Outcome | undefined =>
      number === 1 && left-- > 0 ? { kind: "lost", error: "gone", isKilled } : undefined;
  };

  it("killed from outside goes on, whatever retries says", async () => {
    const memory = new Memory();
    memory.instead = lost(true, 20);
    const study = await run(memory);
    expect(study.trials).toEqual((await run(new Memory())).trials);
    expect(memory.runs.filter((number) => number === 1)).toHaveLength(21);
  });

  it("of itself has failed, and so has one that is killed again and again without a word", async () => {
    for (const [isKilled, times] of [
      [false, 1],
      [true, Infinity],
    ] as const) {
      const memory = new Memory();
      memory.instead = lost(isKilled, times);
      const study = await run(memory);
      expect(study.trials[1]).toMatchObject({ state: "failed", error: "gone" });
      expect(study.trials[2].state).toBe("complete");
    }
  });
});

describe("a study that is stopped", () => {
  it("by its signal is rejected with the reason, and goes on", async () => {
    const controller = new AbortController();
    const memory = new Memory();
    memory.instead = ({ number }) => {
      if (number === 1 && !controller.signal.aborted) controller.abort("enough");
      return undefined;
    };
    await expect(run(memory, { signal: controller.signal })).rejects.toBe("enough");
    expect(memory.runs).toEqual([0, 1]);
    const study = await run(memory);
    expect(study.trials).toEqual((await run(new Memory())).trials);
  });

  it("while its place is opened begins no trial", async () => {
    const controller = new AbortController();
    const memory = new Memory();
    const study = run(memory, { signal: controller.signal });
    controller.abort("enough");
    await expect(study).rejects.toBe("enough");
    expect(memory.runs).toEqual([]);
  });

  it("before it begins does nothing", async () => {
    const memory = new Memory();
    await expect(run(memory, { signal: AbortSignal.abort("no") })).rejects.toBe("no");
    expect(memory.operations).toEqual([]);
  });

  it("by its time limit gives what there is, and goes on", async () => {
    const memory = new Memory();
    // The trial takes until it is stopped.
    const engine = {
      open: async () => ({
        ...(await memory.open()),
        run: (_: unknown, __: unknown, signal: AbortSignal) =>
          new Promise<Outcome>((resolve) => {
            signal.addEventListener("abort", () => {
              resolve({ kind: "stopped" });
            });
          }),
      }),
    };
    const study = await runStudy({
      ...{ trial: trialUrl("curve"), space, sampler: "grid", seed: 1, verbose: 0 },
      ...{ engine, timeLimit: 0.001 },
    });
    expect(study.trials.map(({ state }) => state)).toEqual(["running"]);
    expect((await run(memory)).trials).toEqual((await run(new Memory())).trials);
  });
});

describe("a place with another study in it", () => {
  it.each<[string, Options, RegExp]>([
    ["seed", { seed: 2 }, /seed to be 1, as in memory, got 2/],
    ["space", { space: { curve: choice([[1]]) } }, /space.curve.attributes.choices to be/],
    ["one parameter more", { space: { ...space, x: choice([1]) } }, /space.x to be left out/],
    ["direction", { direction: "maximize" }, /direction to be "minimize", as in memory/],
    ["sampler", { sampler: "random", trials: 3 }, /sampler to be "grid"/],
    ["pruner", { pruner: median({ metric: "loss" }) }, /pruner to be null/],
  ])("is refused, and stays as it is: another %s", async (_, options, message) => {
    const memory = new Memory();
    await run(memory, { trials: 1 });
    const before = [...memory.operations];
    await expect(run(memory, options)).rejects.toThrow(message);
    await expect(run(memory, options)).rejects.toThrow(ArgumentError);
    expect(memory.operations).toEqual(before);
  });

  it("may hold it under another name", async () => {
    const memory = new Memory();
    await run(memory, { name: "one", trials: 1 });
    const two = await run(memory, { name: "two", seed: 2 });
    expect(two.trials).toHaveLength(3);
    expect(memory.stores.size).toBe(4); // none shares its checkpoints
    expect((await run(memory, { name: "one" })).trials).toHaveLength(3);
    await expect(run(memory)).rejects.toThrow(/a single study in memory, got one, two/);
  });
});

describe("a study that Python has begun", () => {
  const begun = (): Memory => {
    const file = new URL("../fixtures/study/journal.optuna-5.jsonl", import.meta.url);
    const memory = new Memory();
    const lines = readFileSync(file, "utf8").trim().split("\n");
    memory.operations.push(...lines.map(fromPythonJson));
    return memory;
  };
  const inPython = {
    x: uniform(-1, 1),
    learningRate: logUniform(1e-4, 1e-1),
    units: integer(8, 64, { step: 8 }),
  };
  const optimizer = choice(["adam", "sgd", null, true, 0.5]);
  const options: Options = {
    ...{ trial: trialUrl("product"), sampler: "random", trials: 12 },
    space: { ...inPython, optimizer },
  };

  it("goes on here: its trials count, and those that others run are left alone", async () => {
    const memory = begun();
    const study = await run(memory, options);
    expect(memory.runs).toEqual([10, 11]);
    expect(study.trials.map(({ state }) => state)).toEqual([
      ...["complete", "complete", "complete", "pruned", "failed", "failed", "complete"],
      ...["complete", "running", "waiting", "complete", "complete"],
    ]);
    const fresh = await run(new Memory(), { ...options, trials: 2 });
    expect(study.trials.slice(10).map(({ params }) => params)).toEqual(
      fresh.trials.map(({ params }) => params),
    );
    await expect(run(memory, { ...options, seed: 2 })).rejects.toThrow(/seed to be 1/);
  });

  it.each<[string, Space, RegExp]>([
    [
      "other choices",
      { ...inPython, optimizer: choice(["sgd", "adam"]) },
      /space to have optimizer/,
    ],
    [
      "no logarithm",
      { ...inPython, optimizer, learningRate: uniform(0, 1) },
      /have learningRate as/,
    ],
    [
      "a parameter less",
      inPython,
      /space to have optimizer as .*, as in trial 0 of memory, got none/,
    ],
  ])("is refused with %s", async (_, space, message) => {
    await expect(run(begun(), { ...options, space })).rejects.toThrow(message);
  });

  it("is refused with the other direction", async () => {
    await expect(run(begun(), { ...options, direction: "maximize" })).rejects.toThrow(/direction/);
  });
});

describe("options of runStudy", () => {
  it.each<[string, Options, RegExp]>([
    ["a path for the trial", { trial: "./trial.js" as never }, /trial to be the URL of a module/],
    ["a page for the trial", { trial: new URL("https://example.org/") }, /the URL of a module/],
    ["an empty space", { space: {} }, /space to have at least one parameter/],
    ["no number of trials", { sampler: "random" }, /trials, the number of them, got none/],
    ["no trials", { trials: 0 }, /trials to be a whole number/],
    ["another direction", { direction: "down" as never }, /direction to be one of/],
    ["no pruner", { pruner: {} as never }, /pruner to be a pruner/],
    ["no engine", { engine: {} as never }, /engine to be an engine/],
    ["more time than a timer has", { timeLimit: 1e9 }, /timeLimit/],
    ["no time", { timeLimit: 0 }, /timeLimit \(seconds\) to be a finite number in/],
    ["an empty name", { name: "" }, /name to be a text/],
    ["an unknown one", { trails: 3 } as never, /did you mean trials/],
  ])("are refused: %s", async (_, options, message) => {
    await expect(run(new Memory(), options)).rejects.toThrow(message);
    await expect(run(new Memory(), options)).rejects.toThrow(ArgumentError);
  });
});

describe("what a study prints", () => {
  it("is a line for each trial when it has ended", async () => {
    const output = new TextBuffer();
    await run(new Memory(), { ...moods("well", "throws"), verbose: 1, output });
    expect(output.text.split("\n")).toEqual([
      "trial 0  complete  0  mood=well",
      "trial 1  failed  mood=throws  out of colours",
      "",
    ]);
  });

  it("on a terminal is a live line for each that runs, below those that have ended", async () => {
    const output = Object.assign(new TextBuffer(), { isTTY: true, columns: 30 });
    await run(new Memory(2), { verbose: 1, output });
    const screen = playBack(output.text);
    expect(screen).toEqual([
      ...["trial 0  complete  after 2 epo", "trial 1  complete  after 2 epo"].map(
        () => expect.stringMatching(/^trial [01] {2}complete {2}after 2 epochs/) as string,
      ),
      expect.stringMatching(/^trial 2 {2}complete/) as string,
      "",
    ]);
    expect(output.text).toMatch(/trial 0 {2}runs/);
  });

  it("is nothing with verbose 0, and its table is what a console shows", async () => {
    const output = new TextBuffer();
    const study = await run(new Memory(), { output });
    expect(output.text).toBe("");
    expect(String(study).split("\n")).toEqual([
      "trial  state     value  epochs  curve",
      "    1  complete    0.2       2  [0.8,0.2]",
      "    2  complete    0.4       2  [0.7,0.4]",
      "    0  complete    0.5       2  [0.9,0.5]",
      "",
    ]);
  });
});

/** The lines of a terminal after all that was written: cursor up, return and erasing below are understood. */
function playBack(text: string): string[] {
  const lines = [""];
  let row = 0;
  for (const [, up, below, end, letters] of text.matchAll(
    /\x1b\[(\d+)A|(\r\x1b\[J)|(\n)|([^\x1b\r\n]+)/g,
  )) {
    if (up) row -= Number(up);
    else if (below) lines.splice(row, Infinity, "");
    else if (end) lines[++row] ??= "";
    else lines[row] += letters;
  }
  return lines;
}
