import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { crc32c, scalarRecord, versionRecord } from "../../../src/train/callbacks/event-file.ts";
import { type Hooks, hooksOf } from "./fake-run.ts";
import { tensorBoard, type TensorBoardRun } from "../../../src/train/callbacks/index.ts";

const fixture = JSON.parse(
  readFileSync(new URL("../../fixtures/train/events.tensorboard.json", import.meta.url), "utf8"),
) as {
  startTime: number;
  scalars: [wallTime: number, step: number, tag: string, value: number | "inf"][];
  bytes: string;
};

describe("crc32c", () => {
  it.each([
    ["nothing", [], 0],
    ["32 zeros", new Array<number>(32).fill(0), 0x8a9136aa],
    ["32 ones", new Array<number>(32).fill(255), 0x62a8ab43],
    ["0 to 31", Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ["31 to 0", Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    ["the digits", [...Buffer.from("123456789")], 0xe3069283],
  ])("gives the published checksum of %s", (_, bytes, sum) => {
    expect(crc32c(Uint8Array.from(bytes))).toBe(sum);
  });
});

describe("event files", () => {
  it("are TensorBoard's, byte for byte", () => {
    const records = [
      versionRecord(fixture.startTime),
      ...fixture.scalars.map(([wallTime, step, tag, value]) =>
        scalarRecord(wallTime, step, tag, value === "inf" ? Infinity : value),
      ),
    ];
    expect(Buffer.concat(records).toString("hex")).toBe(fixture.bytes);
  });

  it("hold the epochs of all phases, training and validation apart", async () => {
    const files: Record<TensorBoardRun, Uint8Array[]> = { train: [], validation: [] };
    const make = (): Hooks =>
      hooksOf(tensorBoard((run, bytes) => files[run].push(bytes), { wallTime: () => 7 }));
    let callback = make();
    for (let phase = 0; phase < 2; phase++) {
      // The second phase comes after an interruption.
      const state = structuredClone(await callback.getState());
      callback = make();
      await callback.setState(state);
      await callback.onEpochEnd(0, { loss: 1, val_loss: 2, learning_rate: 0.5 });
    }
    expect(files.train).toEqual([
      versionRecord(7),
      scalarRecord(7, 0, "epoch_loss", 1),
      scalarRecord(7, 0, "epoch_learning_rate", 0.5),
      scalarRecord(7, 1, "epoch_loss", 1),
      scalarRecord(7, 1, "epoch_learning_rate", 0.5),
    ]);
    expect(files.validation).toEqual([
      versionRecord(7),
      scalarRecord(7, 0, "epoch_loss", 2),
      scalarRecord(7, 1, "epoch_loss", 2),
    ]);
  });

  it("need somewhere to go", () => {
    expect(() => tensorBoard("logs" as never)).toThrow(/write to be a function, .* \(run, bytes\)/);
    expect(() => tensorBoard(() => 0, { wallTime: 5 as never })).toThrow(
      /wallTime to be a function/,
    );
  });
});
