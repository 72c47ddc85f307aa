import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatTimeLeft, formatTimePer } from "../../../src/train/console/format-time.ts";
import { epochLine, progressLine } from "../../../src/train/console/progress-line.ts";
import { StepTimer } from "../../../src/train/console/step-timer.ts";

const notebook = readFileSync(
  new URL("../../fixtures/train/notebook-progress.txt", import.meta.url),
  "utf8",
)
  .trimEnd()
  .split("\n");

interface Epoch {
  readonly target: number | null;
  readonly verbose: 1 | 2;
  readonly firstStep: number | null;
  readonly lines: {
    readonly steps: number;
    readonly now: number;
    readonly values: [string, number][];
    readonly text: string;
    readonly final?: true;
  }[];
}

const { epochs } = JSON.parse(
  readFileSync(new URL("../../fixtures/train/progress.keras-3.json", import.meta.url), "utf8"),
) as { epochs: Epoch[] };

/** What a finished line of Keras 2 says. */
function parse(line: string): {
  steps: number;
  elapsed: number;
  secondsPerStep: number;
  values: [string, number][];
} {
  const [, steps, elapsed, perStep, unit] =
    /^(\d+)\/\d+ \[=+\] - (\d+)s (\d+)(s|ms)\/step/.exec(line) ?? [];
  return {
    steps: Number(steps),
    elapsed: Number(elapsed),
    secondsPerStep: Number(perStep) / (unit === "ms" ? 1000 : 1),
    values: [...line.matchAll(/ - (\w+): (\S+)/g)].map(([, name, value]) => [name, Number(value)]),
  };
}

describe("the line of Keras 2", () => {
  it("is the notebook's, for all of its 20 epochs", () => {
    expect(notebook).toHaveLength(20);
    for (const line of notebook) {
      const { steps, ...rest } = parse(line);
      expect(rest.values).toHaveLength(4);
      expect(progressLine({ steps, target: steps, isFinal: true, ...rest })).toBe(line);
    }
  });

  it("tells the time left while the epoch runs", () => {
    const values = [["loss", 0.0451] as const, ["accuracy", 0.3923] as const];
    const running = { target: 1563, elapsed: 9, isFinal: false, values };
    expect(progressLine({ ...running, steps: 51, secondsPerStep: 0.221 })).toBe(
      "  51/1563 [..............................] - ETA: 5:34 - loss: 0.0451 - accuracy: 0.3923",
    );
    expect(progressLine({ ...running, steps: 800, secondsPerStep: 0.05 })).toBe(
      " 800/1563 [==============>...............] - ETA: 38s - loss: 0.0451 - accuracy: 0.3923",
    );
    expect(progressLine({ ...running, steps: 1563, secondsPerStep: 0.05 })).toBe(
      "1563/1563 [==============================] - ETA: 0s - loss: 0.0451 - accuracy: 0.3923",
    );
  });

  it("counts steps where their number is not known", () => {
    const progress = { steps: 12, target: undefined, elapsed: 3, secondsPerStep: 0.2516 };
    expect(progressLine({ ...progress, isFinal: false, values: [] })).toBe(
      "     12/Unknown - 3s 252ms/step",
    );
  });

  it("writes small values in scientific notation and what is no number as Python does", () => {
    const values = (list: readonly number[]): string =>
      progressLine({
        steps: 1,
        target: 1,
        elapsed: 0,
        secondsPerStep: 0,
        isFinal: true,
        values: list.map((value) => ["x", value] as const),
      }).replace(/^.*?\/step/, "");
    expect(values([0.001, 0.0010001, -0.5, 0, NaN, Infinity])).toBe(
      " - x: 1.0000e-03 - x: 0.0010 - x: -0.5000 - x: 0.0000e+00 - x: nan - x: inf",
    );
  });

  it("stands for a whole epoch at verbose 2", () => {
    const progress = {
      steps: 1563,
      target: 1563,
      elapsed: 351,
      secondsPerStep: 0.2246,
      isFinal: true,
    };
    expect(epochLine({ ...progress, values: [["loss", 1.2825]] })).toBe(
      "1563/1563 - 351s - loss: 1.2825 - 351s/epoch - 225ms/step",
    );
  });
});

describe("the line of Keras 3", () => {
  it("is the one that Keras draws, colours included", () => {
    let compared = 0;
    for (const { target, verbose, firstStep, lines } of epochs) {
      const timer = new StepTimer(0);
      if (firstStep !== null) timer.secondsPerStep(1, firstStep);
      for (const { steps, now, values, text, final: isFinal = false } of lines) {
        const secondsPerStep = timer.secondsPerStep(steps, now);
        const known = isFinal ? steps : (target ?? undefined);
        const progress = { steps, target: known, elapsed: now, secondsPerStep, isFinal, values };
        const line =
          verbose === 2
            ? epochLine(progress, "keras3")
            : progressLine(progress, { style: "keras3", color: true });
        expect(line).toBe(text);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(100);
  });

  it("is plain text without colours", () => {
    const progress = {
      steps: 1563,
      target: 1563,
      elapsed: 12,
      secondsPerStep: 0.007,
      isFinal: true,
    };
    const values = [["accuracy", 0.4512] as const, ["loss", 1.5123] as const];
    expect(progressLine({ ...progress, values }, { style: "keras3" })).toBe(
      "1563/1563 ━━━━━━━━━━━━━━━━━━━━ 12s 7ms/step - accuracy: 0.4512 - loss: 1.5123",
    );
  });
});

describe("a line that is too long for the terminal", () => {
  const values = [["loss", 0.0451] as const, ["accuracy", 0.00039] as const];
  const progresses = [
    { steps: 51, target: 1563, elapsed: 9, secondsPerStep: 0.221, isFinal: false },
    { steps: 51, target: 1563, elapsed: 99, secondsPerStep: 221, isFinal: false },
    { steps: 123456, target: 999999, elapsed: 9999, secondsPerStep: 3, isFinal: false },
    { steps: 12, target: undefined, elapsed: 3, secondsPerStep: 0.2516, isFinal: false },
  ];

  it.each([40, 60, 80, 120, 200])("shows loss and accuracy in %d columns", (columns) => {
    for (const style of ["keras2", "keras3"] as const) {
      for (const progress of progresses) {
        // As the progress bar asks for it: the last column stays free.
        const options = { style, columns: columns - 1 };
        const line = progressLine({ ...progress, values }, options);
        expect(line.length).toBeLessThan(columns);
        expect(line).toMatch(/loss: 0\.0451 - accuracy: 3\.9000e-04$/);
        const whole = progressLine({ ...progress, values }, { style });
        if (whole.length < columns) expect(line).toBe(whole);
        const coloured = progressLine({ ...progress, values }, { ...options, color: true });
        expect(coloured.replace(/\x1b\[\d+m/g, "")).toBe(line);
      }
    }
  });

  it("gives up the bar, the time and the count, in this order", () => {
    const line = (columns: number): string =>
      progressLine({ ...progresses[0], values: [["loss", 1] as const] }, { columns });
    expect([69, 68, 44, 43, 35, 34, 23, 11, 5].map(line)).toEqual([
      "  51/1563 [..............................] - ETA: 5:34 - loss: 1.0000",
      "  51/1563 [.............................] - ETA: 5:34 - loss: 1.0000",
      "  51/1563 [.....] - ETA: 5:34 - loss: 1.0000",
      "  51/1563 - ETA: 5:34 - loss: 1.0000",
      "  51/1563 - loss: 1.0000",
      "  51/1563 - loss: 1.0000",
      "loss: 1.0000",
      "loss: 1.000",
      "loss:",
    ]);
    expect(
      progressLine({ ...progresses[0], steps: 1563, values: [] }, { style: "keras3", columns: 26 }),
    ).toBe("1563/1563 0s 221ms/step");
  });
});

describe("a finished line that is too long for the terminal", () => {
  const values = [
    ["loss", 1.2825] as const,
    ["accuracy", 0.5567] as const,
    ["val_loss", 1.0883] as const,
    ["val_accuracy", 0.6202] as const,
  ];
  const progress = {
    steps: 1563,
    target: 1563,
    elapsed: 351,
    secondsPerStep: 0.221,
    isFinal: true,
  };

  it("says all of it in two, each of which fits 80 columns", () => {
    const lines = progressLine({ ...progress, values }, { columns: 79 });
    expect(lines).toBe(
      "1563/1563 [==============================] - 351s 221ms/step\n" +
        "  loss: 1.2825 - accuracy: 0.5567 - val_loss: 1.0883 - val_accuracy: 0.6202",
    );
  });

  it("gives up the bar and the time where even the first of the two is too long", () => {
    const first = (columns: number): string =>
      progressLine({ ...progress, values }, { columns }).split("\n")[0];
    expect([60, 59, 27, 20].map(first)).toEqual([
      "1563/1563 [==============================] - 351s 221ms/step",
      "1563/1563 [=============================] - 351s 221ms/step",
      "1563/1563 - 351s 221ms/step",
      "1563/1563",
    ]);
  });
});

describe("times", () => {
  it("rounds to even at exact halves, and shifts units as Keras does", () => {
    expect([0.5, 1.5, 2.5, 3079].map((seconds) => formatTimePer("step", seconds))).toEqual([
      "500ms/step",
      "2s/step",
      "2s/step",
      "3079s/step",
    ]);
    expect([0.0025, 0.0004, 0].map((seconds) => formatTimePer("step", seconds))).toEqual([
      "2ms/step",
      "400us/step",
      "0s/step",
    ]);
  });

  it("shows the time left in hours and minutes beyond the first minute", () => {
    expect([0.9, 60, 60.5, 61, 3600, 3601, 36061].map(formatTimeLeft)).toEqual([
      "0s",
      "60s",
      "1:00",
      "1:01",
      "60:00",
      "1:00:01",
      "10:01:01",
    ]);
  });
});
