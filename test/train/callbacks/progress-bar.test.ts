import { afterEach, describe, expect, it, vi } from "vitest";
import type { Logs } from "../../../src/train/logs.ts";
import { progressBar } from "../../../src/train/callbacks/progress-bar.ts";
import { fakeRun, type Hooks, hooksOf } from "./fake-run.ts";
import { TextBuffer } from "./text-buffer.ts";

/** A clock that moves by hand, in seconds. */
let now = 0;

function startClock(): void {
  now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now * 1000);
}

/** Epochs of 100 steps of 20 ms each, after a first one of a second; validation takes 3 s. */
async function train(callback: Hooks, { epochs = 1, steps = 100 } = {}): Promise<void> {
  await callback.onTrainBegin();
  for (let epoch = 0; epoch < epochs; epoch++) {
    await callback.onEpochBegin(epoch);
    const logs: Logs = {};
    for (let batch = 0; batch < steps; batch++) {
      now += batch === 0 ? 1 : 0.02;
      Object.assign(logs, { loss: 2 / (batch + 1), accuracy: batch / 200 });
      await callback.onBatchEnd(batch, { ...logs });
    }
    now += 3;
    await callback.onEpochEnd(epoch, { ...logs, val_loss: 0.9, val_accuracy: 0.75 });
  }
  await callback.onTrainEnd();
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("progressBar", () => {
  it("writes one line an epoch where nothing can be redrawn", async () => {
    startClock();
    const output = new TextBuffer();
    const callback = hooksOf(progressBar({ output }), fakeRun({ epochs: 2, steps: 100 }));
    await train(callback, { epochs: 2 });
    const line =
      "100/100 [==============================] - 6s 50ms/step" +
      " - loss: 0.0200 - accuracy: 0.4950 - val_loss: 0.9000 - val_accuracy: 0.7500\n";
    expect(output.text).toBe(`Epoch 1/2\n${line}Epoch 2/2\n${line}`);
  });

  it("redraws a line on a terminal, at most ten times a second and no wider than it", async () => {
    startClock();
    const output = new TextBuffer({ isTTY: true, columns: 60 });
    const callback = hooksOf(progressBar({ output }), fakeRun({ epochs: 1, steps: 100 }));
    await train(callback);
    const drawings = output.text.split("\r").slice(1);
    // 2.98 s of steps: one drawing at the first step, then every fifth step, then the last line.
    expect(drawings.length).toBeGreaterThan(15);
    expect(drawings.length).toBeLessThanOrEqual(21);
    for (const drawing of drawings.slice(0, -1)) {
      expect(drawing).toMatch(/^\x1b\[K[^\x1b\n]{1,59}$/);
    }
    expect(drawings[0]).toBe("\x1b[K  1/100 - ETA: 1:39 - loss: 2.0000 - accuracy: 0.0000e+00");
    expect(drawings.at(-1)).toBe(
      "\x1b[K100/100 [==============================] - 6s 50ms/step\n" +
        "  loss: 0.0200 - accuracy: 0.4950 - val_loss: 0.9000 - val_accuracy: 0.7500\n",
    );
  });

  it("writes Keras 3's line with its keys in order", async () => {
    startClock();
    const output = new TextBuffer();
    const callback = hooksOf(
      progressBar({ output, style: "keras3" }),
      fakeRun({ epochs: 1, steps: 100 }),
    );
    await train(callback);
    expect(output.text).toBe(
      "100/100 ━━━━━━━━━━━━━━━━━━━━ 6s 50ms/step" +
        " - accuracy: 0.4950 - loss: 0.0200 - val_accuracy: 0.7500 - val_loss: 0.9000\n",
    );
  });

  it("writes one line an epoch at verbose 2, even on a terminal, and nothing at verbose 0", async () => {
    startClock();
    const output = new TextBuffer({ isTTY: true, columns: 80 });
    const callback = hooksOf(
      progressBar({ output }),
      fakeRun({ epochs: 1, steps: 100, verbose: 2 }),
    );
    await train(callback);
    expect(output.text).toBe(
      "100/100 - 6s - loss: 0.0200 - accuracy: 0.4950 - val_loss: 0.9000 - val_accuracy: 0.7500" +
        " - 6s/epoch - 60ms/step\n",
    );
    const silent = new TextBuffer();
    const second = hooksOf(
      progressBar({ output: silent }),
      fakeRun({ epochs: 3, steps: 100, verbose: 0 }),
    );
    await train(second);
    expect(silent.text).toBe("");
  });

  it("takes the number of steps from the first epoch where the data does not say it", async () => {
    startClock();
    const output = new TextBuffer({ isTTY: true, columns: 100 });
    const callback = hooksOf(progressBar({ output }), fakeRun({ epochs: 1, steps: undefined }));
    await train(callback, { steps: 23 });
    expect(output.text).toContain("\r\x1b[K      1/Unknown - 1s 1s/step - loss: 2.0000");
    expect(output.text).toMatch(
      /\r\x1b\[K23\/23 \[={30}\] - 4s 156ms\/step\n  loss: 0\.0870[^\r]*\n$/,
    );
  });

  it("times only its own steps in an epoch that began in another run", async () => {
    startClock();
    const output = new TextBuffer({ isTTY: true, columns: 80 });
    const callback = hooksOf(progressBar({ output }), fakeRun({ epochs: 1, steps: 100 }));
    await callback.onEpochBegin(0);
    for (const batch of [90, 91, 92]) {
      now += batch === 90 ? 5 : 0.5;
      await callback.onBatchEnd(batch, { loss: 1 });
    }
    const estimates = [...output.text.matchAll(/(\d+)\/100 .*? ETA: (\w+)/g)];
    expect(estimates.map(([, steps, left]) => [steps, left])).toEqual([
      ["91", "45s"],
      ["92", "4s"],
      ["93", "3s"],
    ]);
  });

  it("ends the live line of a run that breaks off within an epoch", async () => {
    startClock();
    const output = new TextBuffer({ isTTY: true, columns: 80 });
    const callback = hooksOf(progressBar({ output }), fakeRun({ epochs: 1, steps: 100 }));
    await callback.onEpochBegin(0);
    now += 1;
    await callback.onBatchEnd(0, { loss: NaN });
    await callback.onRunEnd();
    expect(output.text).toMatch(/loss: nan\n$/);
  });

  it("writes to the standard output by default", async () => {
    startClock();
    const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    const callback = hooksOf(progressBar(), fakeRun({ epochs: 1, steps: 2, verbose: 2 }));
    await train(callback, { steps: 2 });
    expect(write).toHaveBeenCalledTimes(1);
    expect(write.mock.calls[0][0]).toMatch(/^2\/2 - 4s - loss: 1\.0000/);
  });

  it("writes to the console where there is no standard output, as in a browser", async () => {
    startClock();
    vi.stubGlobal("process", undefined);
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    const callback = hooksOf(progressBar(), fakeRun({ epochs: 2, steps: 2 }));
    vi.unstubAllGlobals();
    await train(callback, { steps: 2 });
    expect(log.mock.calls[0]).toEqual(["Epoch 1/2"]);
    expect(log.mock.calls[1][0]).toMatch(/^2\/2 \[=+\] - 4s 3s\/step - .*0\.7500$/);
  });

  it("refuses unknown styles, options and outputs", () => {
    expect(() => progressBar({ style: "keras4" as never })).toThrow(/style to be one of/);
    expect(() => progressBar({ out: 1 } as never)).toThrow(/unknown option "out"/);
    expect(() => progressBar({ output: {} as never })).toThrow(/method write\(text\)/);
  });
});
