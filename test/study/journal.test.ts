import { appendFileSync, existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, vi } from "vitest";
import { JournalFile } from "../../src/study/journal/journal-file.ts";
import { JournalLock } from "../../src/study/journal/journal-lock.ts";
import { fromPythonJson, toPythonJson } from "../../src/study/journal/python-json.ts";
import { Replay } from "../../src/study/journal/replay.ts";
import { StudyRecord } from "../../src/study/study-record.ts";
import { temporaryFolders } from "../node/temporary-folder.ts";

const newFolder = temporaryFolders();
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/study/${name}`, import.meta.url));

/** A journal in a folder of its own. */
function newJournal(
  path = join(newFolder(), "journal.log"),
  { grace, owner = "lock.json" }: { grace?: number; owner?: string } = {},
) {
  const file = new JournalFile(path, new JournalLock(path, owner, grace));
  return { path, file, text: () => readFileSync(path, "utf8") };
}
const op = (n: number) => ({ op_code: 10, worker_id: "w", n });

/** What test/fixtures/study/generate-journal.py wrote. */
interface Fixture {
  readonly best: number;
  readonly trials: readonly {
    readonly number: number;
    readonly state: string;
    readonly params: Record<string, unknown>;
    readonly values: readonly number[] | null;
    readonly intermediate: Record<string, string>;
    readonly attrs: Record<string, unknown>;
  }[];
}

describe("a journal that Optuna has written", () => {
  const expected = JSON.parse(readFileSync(fixture("journal.optuna-5.json"), "utf8")) as Fixture;
  const STATES: Record<string, string> = {
    ...{ COMPLETE: "complete", PRUNED: "pruned", FAIL: "failed", RUNNING: "running" },
    WAITING: "waiting",
  };

  it("has every operation, and gives what Optuna reads in it", async () => {
    const { file } = newJournal(fixture("journal.optuna-5.jsonl"));
    const operations = await file.read();
    const codes = operations.map((line) => (line as { op_code: number }).op_code);
    expect([...new Set(codes)].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const replay = new Replay();
    for (const operation of operations) replay.apply(operation);
    expect(replay.studies.map(({ name }) => name)).toEqual(["kept"]);
    const [study] = replay.studies;
    expect(study.directions).toEqual(["minimize"]);
    expect(study.attrs).toEqual(new Map([["who", "Python"]]));
    const trials = replay.trialsOf(study.id).map((trial) => ({
      number: trial.number,
      state: trial.state,
      params: Object.fromEntries(trial.params),
      values: trial.values ?? null,
      intermediate: Object.fromEntries(trial.intermediateValues),
      attrs: Object.fromEntries(trial.attrs),
    }));
    expect(trials).toEqual(
      expected.trials.map((trial) => ({
        ...trial,
        state: STATES[trial.state],
        intermediate: Object.fromEntries(
          Object.entries(trial.intermediate).map(([step, text]) => [
            step,
            text === "nan" ? NaN : Number(text),
          ]),
        ),
      })),
    );
  });
});

describe("numbers in a journal", () => {
  it("are written and read as Python does, texts that look like them included", () => {
    const value = { a: [NaN, Infinity, -Infinity, 1e-7], b: 'NaN "Infinity" \\', c: "-Infinity" };
    const line = toPythonJson(value);
    expect(line).toBe(
      String.raw`{"a":[NaN,Infinity,-Infinity,1e-7],"b":"NaN \"Infinity\" \\","c":"-Infinity"}`,
    );
    expect(fromPythonJson(line)).toEqual(value);
    expect(() => fromPythonJson('{"a":NaM}')).toThrow(SyntaxError);
  });
});

describe("a journal in a file", () => {
  it("gives each operation once, of all writers in their order", async () => {
    const one = newJournal();
    const two = newJournal(one.path);
    expect(await one.file.read()).toEqual([]);
    await one.file.append([op(1), op(2)]);
    await two.file.append([op(3)]);
    expect(await one.file.read()).toEqual([op(1), op(2), op(3)]);
    await two.file.append([op(4)]);
    expect(await one.file.read()).toEqual([op(4)]);
    expect(await two.file.read()).toEqual([op(1), op(2), op(3), op(4)]);
    expect(existsSync(`${one.path}.lock`)).toBe(false);
  });

  it("loses nothing of writers that write at the same time", async () => {
    const { path } = newJournal();
    const writers = [0, 1, 2, 3].map((w) => {
      const owner = `lock-${w}.json`;
      writeFileSync(join(dirname(path), owner), "");
      return newJournal(path, { owner }).file;
    });
    await Promise.all(
      writers.flatMap((file, w) => [0, 1, 2].map((i) => file.append([op(10 * w + i)]))),
    );
    const all = (await newJournal(path).file.read()) as unknown as ReturnType<typeof op>[];
    expect(all).toHaveLength(12);
    for (const w of [0, 1, 2, 3]) {
      const own = all.map(({ n }) => n).filter((n) => Math.floor(n / 10) === w);
      expect(own).toEqual([0, 1, 2].map((i) => 10 * w + i));
    }
  });

  it.each([1, 10, 25])(
    "goes on behind the last whole line, of which %i bytes were cut off",
    async (cut) => {
      const { path, file, text } = newJournal();
      await file.append([op(1)]);
      const whole = text();
      const next = `${JSON.stringify(op(2))}\n`;
      appendFileSync(path, next.slice(0, -cut));
      const reopened = newJournal(path).file;
      expect(await reopened.read()).toEqual([op(1)]);
      await reopened.append([op(3)]);
      expect(text()).toBe(`${whole}${JSON.stringify(op(3))}\n`);
      expect(await file.read()).toEqual([op(1), op(3)]);
    },
  );

  it("says which line is no JSON", async () => {
    const { path, file } = newJournal();
    writeFileSync(
      path,
      `${JSON.stringify(op(1))}\n{"op_co{"op_code":4}\n${JSON.stringify(op(2))}\n`,
    );
    await expect(file.read()).rejects.toThrow(/expected JSON in line 2 of .*journal\.log/);
  });

  it("says which line is no operation", async () => {
    const { path, file } = newJournal();
    writeFileSync(path, `${JSON.stringify(op(1))}\n{"op_code":11,"worker_id":"w"}\n`);
    await expect(new StudyRecord(file).studies()).rejects.toThrow(
      /an operation of Optuna 5 in line 2 of .*, got op_code 11;/,
    );
  });
});

describe("the lock of a journal", () => {
  it("is Optuna's: a symbolic link beside the journal, while something is written", async () => {
    const { path } = newJournal();
    const lock = new JournalLock(path, "lock.json");
    await lock.whileHeld(async () => {
      expect(existsSync(path)).toBe(false);
      expect(() => {
        symlinkSync(path, `${path}.lock`);
      }).toThrow(/EEXIST/);
      await Promise.resolve();
    });
    symlinkSync(path, `${path}.lock`);
  });

  it("is not waited for if a program of this library has left it, since that is gone", async () => {
    const { path, file } = newJournal();
    symlinkSync("lock.json", `${path}.lock`);
    await file.append([op(1)]);
    expect(await file.read()).toEqual([op(1)]);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it("of another program is waited for, and removed if nobody has touched it for long", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const { path, file } = newJournal(undefined, { grace: 0 });
    writeFileSync(path, "");
    symlinkSync(path, `${path}.lock`);
    await file.append([op(1)]);
    expect(await file.read()).toEqual([op(1)]);
    expect(warn).toHaveBeenCalledOnce();
    warn.mockRestore();
  });
});
