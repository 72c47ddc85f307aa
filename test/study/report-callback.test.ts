import { expect, it } from "vitest";
import { ReportCallback } from "../../src/study/report-callback.ts";

it("counts epochs through all phases, and goes on counting after an interruption", async () => {
  const heard: unknown[] = [];
  const make = (verdict: "go on" | "stop" = "go on") =>
    new ReportCallback(
      (report) => {
        heard.push(report);
        return Promise.resolve(verdict);
      },
      () => heard.push("stop"),
    );
  const first = make();
  for (const epoch of [0, 1, 0]) await first.onEpochEnd(epoch, { loss: epoch });
  const second = make("stop");
  second.setState(first.getState());
  await second.onEpochEnd(1, { loss: 7, name: "text" as never });
  expect(heard).toEqual([
    { epochs: 1, logs: { loss: 0 } },
    { epochs: 2, logs: { loss: 1 } },
    { epochs: 3, logs: { loss: 0 } },
    { epochs: 4, logs: { loss: 7 } },
    "stop",
  ]);
});
