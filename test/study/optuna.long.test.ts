/**
 * Python's Optuna reads what is written here, and the other way round. Needs optuna 5 or later:
 *
 *     PYTHON=/path/to/python npx vitest run --project long test/study/optuna
 */
import { execFileSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  asha,
  choice,
  integer,
  localProcesses,
  logUniform,
  runStudy,
  uniform,
} from "cifar-kit/study";
import { temporaryFolders } from "../node/temporary-folder.ts";
import { trialUrl } from "./in-process.ts";

const newFolder = temporaryFolders();
const PYTHON = process.env.PYTHON ?? "python3";
const PROGRAM = fileURLToPath(new URL("./optuna-peer.py", import.meta.url));

interface Seen {
  readonly best: number;
  readonly value: number;
  readonly params: Record<string, unknown>;
  readonly states: readonly string[];
  readonly intermediate: readonly Record<string, number>[];
}
const python = (...args: string[]): Seen =>
  JSON.parse(
    execFileSync(PYTHON, ["-W", "ignore", PROGRAM, ...args], { encoding: "utf8" }).trim(),
  ) as Seen;

const space = {
  x: uniform(-1, 1),
  learningRate: logUniform(1e-4, 1e-1),
  units: integer(8, 64, { step: 8 }),
  optimizer: choice(["adam", "sgd", null]),
};
const study = (folder: string, trials: number) =>
  runStudy({
    ...{ trial: trialUrl("product"), space, trials, seed: 1, verbose: 0 },
    engine: localProcesses({ workers: 2, folder, execArgv: ["--import", "tsx"] }),
  });

describe("a study that was begun here", () => {
  it("is read by Python, which names the same best trial", async () => {
    const folder = newFolder();
    const { best, trials } = await study(folder, 6);
    const seen = python("read", join(folder, "journal.log"));
    expect(seen.states).toEqual(Array(6).fill("COMPLETE"));
    expect(seen).toMatchObject({ best: best.number, value: best.value, params: best.params });
    expect(trials).toHaveLength(6);
  });

  it("goes on in Python and then here again, past what a kill has cut off", async () => {
    const folder = newFolder();
    await study(folder, 3);
    const journal = join(folder, "journal.log");
    python("go-on", journal, "2");
    appendFileSync(journal, '{"op_code":4,"worker_id":"gone","stu');
    const { trials, best } = await study(folder, 8);
    expect(trials.map(({ state }) => state)).toEqual(Array(8).fill("complete"));
    const seen = python("read", journal);
    expect(seen.best).toBe(best.number);
    expect(seen.states).toEqual(Array(8).fill("COMPLETE"));
  });

  it("shows Python what was pruned, and after which epochs trials were worth what", async () => {
    const folder = newFolder();
    const curves = [0.5, 0.9, 0.8].map((start) => [start, start / 2, start / 4]);
    const { trials } = await runStudy({
      ...{
        trial: trialUrl("curve"),
        space: { curve: choice(curves) },
        sampler: "grid",
        verbose: 0,
      },
      pruner: asha({ metric: "loss", rungs: [1, 3] }),
      engine: localProcesses({ folder, execArgv: ["--import", "tsx"] }),
    });
    const seen = python("read", join(folder, "journal.log"));
    expect(seen.states).toEqual(trials.map(({ state }) => state.toUpperCase()));
    expect(seen.intermediate).toEqual(
      trials.map(({ reports }) =>
        Object.fromEntries(reports.map(({ epochs, value }) => [String(epochs), value])),
      ),
    );
  });
});

describe("a study that Python has begun", () => {
  it("goes on here", async () => {
    const folder = newFolder();
    const journal = join(folder, "journal.log");
    python("begin", journal, "4");
    const { trials, best } = await study(folder, 7);
    expect(trials).toHaveLength(7);
    expect(python("read", journal)).toMatchObject({ best: best.number, value: best.value });
  });
});
