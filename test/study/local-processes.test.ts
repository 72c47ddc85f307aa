import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ArgumentError, SourceError } from "cifar-kit";
import { choice, localProcesses, runStudy } from "cifar-kit/study";
import { workerFlags } from "../../src/study/local/worker-flags.ts";
import { temporaryFolders } from "../node/temporary-folder.ts";
import { trialUrl } from "./in-process.ts";
import type { Faults } from "./faults.ts";
import { runSweep, type Swept } from "./sweeps.ts";

const newFolder = temporaryFolders();
/** The trials are TypeScript. */
const execArgv = ["--import", "tsx"];
/** Of test/study/trials/network.ts. */
const EPOCHS = 3;
const STEPS = 3;

describe("a study in processes of this machine", () => {
  const SWEEP = { workers: 2, trials: 2 };
  const root = mkdtempSync(join(tmpdir(), "cifar-kit-study-"));
  let undisturbed: Swept;
  beforeAll(async () => {
    undisturbed = await runSweep(root, SWEEP);
  }, 120_000);
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it("makes every step of every trial once", () => {
    const { trials, steps } = undisturbed;
    expect(trials.map(({ state }) => state)).toEqual(Array(2).fill("complete"));
    expect(steps).toHaveLength(2 * EPOCHS * STEPS);
    expect(new Set(steps).size).toBe(steps.length);
    expect(trials.map(({ reports }) => reports.length)).toEqual(Array(2).fill(EPOCHS));
  });

  it("gives back the same when it is over, and runs nothing", async () => {
    const again = await runSweep(root, SWEEP);
    expect(again.trials).toEqual(undisturbed.trials);
    expect(again.steps).toEqual(undisturbed.steps);
  });

  it("ends with the same bits whatever is killed: none lost, none done twice", async () => {
    const faults: Faults = {
      ...{ "0 0 2": "kill trial", "1 1 end": "kill study", "0 2 0": "kill study" },
    };
    const killed = await runSweep(newFolder(), SWEEP, faults);
    // Of the two trials that run at once, one may be past its place when the other kills their program.
    expect(killed.starts).toBeGreaterThan(1);
    expect(killed.trials).toEqual(undisturbed.trials);
    expect(killed.hashes).toEqual(undisturbed.hashes);
    expect(new Set(killed.steps)).toEqual(new Set(undisturbed.steps));
    // A step whose process was killed before it was saved is made again.
    const twice = killed.steps.length - undisturbed.steps.length;
    expect(twice).toBeLessThanOrEqual(Object.keys(faults).length);
  }, 180_000);
});

describe("asha in processes", () => {
  it("makes no step twice: a trial that waited goes on from its checkpoint", async () => {
    const sweep = { workers: 1, trials: 3, rungs: [1, 3], reduction: 2 };
    const { trials, steps } = await runSweep(newFolder(), sweep);
    const epochs = trials.reduce((sum, { reports }) => sum + reports.at(-1)!.epochs, 0);
    expect(epochs).toBe(1 + 1 + EPOCHS);
    expect(steps).toHaveLength(epochs * STEPS);
    expect(new Set(steps).size).toBe(steps.length);
  }, 120_000);
});

describe("a trial in a process", () => {
  const run = (folder: string, ...moods: string[]) =>
    runStudy({
      ...{ trial: trialUrl("moods"), space: { mood: choice(moods) }, sampler: "grid", verbose: 0 },
      engine: localProcesses({ workers: 2, folder, execArgv }),
    });

  it("may end as it likes: it has failed, and the study goes on", async () => {
    const folder = newFolder();
    const { trials } = await run(folder, "throws", "exits", "rejects late", "NaN", "well");
    expect(trials.map(({ state, error }) => [state, error])).toEqual([
      ["failed", "out of colours"],
      [
        "failed",
        expect.stringMatching(/^its process was ended with exit code 3; .*output\.log$/) as string,
      ],
      ["failed", "nobody awaits this"],
      ["failed", "expected one finite number from the trial, got NaN"],
      ["complete", undefined],
    ]);
    expect(readFileSync(join(folder, "trials/0000/output.log"), "utf8")).toMatch(
      /Error: out of colours\nand more\n +at /,
    );
    expect(existsSync(join(folder, "trials/0000/lock.json"))).toBe(false);
  });

  it("gets what it was given, names that every object has included", async () => {
    const space = Object.fromEntries(["__proto__", "constructor"].map((x) => [x, choice([0.5])]));
    const study = await runStudy({
      ...{ trial: trialUrl("odd-names"), space, sampler: "grid", verbose: 0 },
      engine: localProcesses({ folder: newFolder(), execArgv }),
    });
    expect(study.best.value).toBe(1);
  });

  it.each(["broken", "nothing"])("whose module has none stops the study: %s", async (name) => {
    const study = runStudy({
      ...{ trial: trialUrl(name), space: { x: choice([1, 2]) }, sampler: "grid", verbose: 0 },
      engine: localProcesses({ folder: newFolder(), execArgv }),
    });
    await expect(study).rejects.toThrow(
      name === "broken" ? /got "no such data set"/ : /got undefined/,
    );
    await expect(study).rejects.toThrow(ArgumentError);
  });

  it("stops with its study", async () => {
    const folder = newFolder();
    const controller = new AbortController();
    // On a terminal there is a line as soon as the trial runs.
    const output = {
      isTTY: true,
      write: (text: string) => {
        if (text.includes("runs")) controller.abort("enough");
      },
    };
    const study = runStudy({
      ...{ trial: trialUrl("moods"), space: { mood: choice(["waits"]) }, sampler: "grid", output },
      ...{ signal: controller.signal, engine: localProcesses({ folder, execArgv }) },
    });
    await expect(study).rejects.toBe("enough");
    expect(existsSync(join(folder, "lock.json"))).toBe(false);
  });
});

it("gives its processes the flags of this one, but for those of a program that is a text", () => {
  expect(
    workerFlags(["--import", "tsx", "--input-type=module", "-e", "--expose-gc", "--expose-gc"]),
  ).toEqual(["--import", "tsx", "--expose-gc"]);
  expect(
    workerFlags(["--watch", "--watch-path=src", "--max-old-space-size=99", "-p", "1"]),
  ).toEqual(["--max-old-space-size=99"]);
});

describe("a folder", () => {
  it("that another program has is refused, and named", async () => {
    const folder = newFolder();
    const engine = localProcesses({ folder });
    const open = await engine.open();
    await expect(engine.open()).rejects.toThrow(SourceError);
    await expect(engine.open()).rejects.toThrow(/localProcesses: expected .* for this run alone/);
    await open.close();
    await (await engine.open()).close();
  });

  it("that another program has taken over is not written into", async () => {
    const folder = newFolder();
    const open = await localProcesses({ folder }).open();
    const operation = { op_code: 10, worker_id: "w" };
    await open.journal.append([operation]);
    const lock = join(folder, "lock.json");
    const own = readFileSync(lock, "utf8");
    writeFileSync(lock, own.replace(/"pid":\d+/, '"pid":1'));
    await expect(open.journal.append([operation])).rejects.toThrow(
      /for this run alone, got another run in it: process 1 on .*; start this one again when/,
    );
    writeFileSync(lock, own);
    await open.journal.append([operation]);
    expect(await open.journal.read()).toHaveLength(2);
    await open.close();
  });

  it.each<[string, object]>([
    ["no path", {}],
    ["a URL", { folder: "file:///tmp" }],
    ["no workers", { folder: "runs/a", workers: 0 }],
    ["flags that are no texts", { folder: "runs/a", execArgv: [1] }],
    ["an unknown option", { folder: "runs/a", processes: 2 }],
  ])("is not made of %s", (_, options) => {
    expect(() => localProcesses(options as never)).toThrow(ArgumentError);
  });
});
