import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { stateHash, trainPhase, type TrainPhaseOptions } from "cifar-kit";
import { fileCheckpointStore } from "cifar-kit/node";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";
import { temporaryFolders } from "./temporary-folder.ts";

const newFolder = temporaryFolders();
beforeAll(() => useBackend("wasm"));
afterEach(() => {
  vi.restoreAllMocks();
});

const train = tinyImages(32);

/** A run of 12 steps; gives the hash of its result. */
async function run(folder: string, options: Partial<TrainPhaseOptions> = {}): Promise<string> {
  const model = tinyModel({ filters: [2], denseUnits: 4 });
  const checkpoint = { store: fileCheckpointStore(folder), everySteps: 1 };
  try {
    const common = { train, batchSize: 8, epochs: 3, verbose: 0, checkpoint } as const;
    const history = await trainPhase(model, { ...common, ...options });
    return await stateHash(model, history);
  } finally {
    model.dispose();
  }
}

/** A folder with the checkpoints of a run that crashed in its 9th step. */
async function crashedRun(): Promise<{ folder: string; names: string[] }> {
  const folder = newFolder();
  let steps = 0;
  const crash = {
    onBatchEnd: (): void => {
      if (++steps === 9) throw new Error("crash");
    },
  };
  await expect(run(folder, { callbacks: [crash] })).rejects.toThrow("crash");
  return { folder, names: readdirSync(folder).sort() };
}

describe("fileCheckpointStore", () => {
  it("makes its folder, keeps two checkpoints in it, and leaves nothing else", async () => {
    const folder = join(newFolder(), "runs", "1");
    await run(folder);
    // The one before the first step, one for each step and epoch, one at the end.
    expect(readdirSync(folder).sort()).toEqual([
      "checkpoint-00000016.ckpt",
      "checkpoint-00000017.ckpt",
    ]);
  });

  it("brings a run back", async () => {
    const reference = await run(newFolder());
    const { folder } = await crashedRun();
    expect(await run(folder, { resume: "must" })).toBe(reference);
  });

  it("sweeps the leftovers of a writer that was killed, and leaves strange files alone", async () => {
    const { folder } = await crashedRun();
    writeFileSync(join(folder, ".cifar-kit-checkpoint-00000099.ckpt-x.tmp"), "half");
    for (const name of ["notes.txt", "checkpoint-1.ckpt", "checkpoint-00000099.ckpt.bak"]) {
      writeFileSync(join(folder, name), "mine");
    }
    await run(folder, { resume: "must" });
    const names = readdirSync(folder).sort();
    expect(names.filter((name) => !/^checkpoint-\d{8}\.ckpt$/.test(name))).toEqual([
      "checkpoint-00000099.ckpt.bak",
      "checkpoint-1.ckpt",
      "notes.txt",
    ]);
  });

  it("refuses a second run in the folder", async () => {
    const folder = newFolder();
    const other = await fileCheckpointStore(folder).open();
    await expect(run(folder)).rejects.toThrow(/another run in process/);
    await other.close();
    await run(folder);
  });

  it("refuses a path that is no path", () => {
    for (const path of ["", undefined, 7]) {
      expect(() => fileCheckpointStore(path as string)).toThrow(/the path of a folder/);
    }
  });

  it("says before the first step that a folder cannot be made or written", async () => {
    const file = join(newFolder(), "file");
    writeFileSync(file, "");
    const onBatchBegin = vi.fn();
    for (const folder of [file, join(file, "below")]) {
      await expect(run(folder, { callbacks: [{ onBatchBegin }] })).rejects.toThrow(
        /fileCheckpointStore: expected that .* can be made, read and written/,
      );
    }
    expect(onBatchBegin).not.toHaveBeenCalled();
  });
});

describe("a newest checkpoint that is", () => {
  const damages: [string, (path: string) => void][] = [
    [
      "empty",
      (path) => {
        writeFileSync(path, "");
      },
    ],
    [
      "cut in half",
      (path) => {
        truncateSync(path, readFileSync(path).length >> 1);
      },
    ],
    [
      "short of a byte",
      (path) => {
        truncateSync(path, readFileSync(path).length - 1);
      },
    ],
    [
      "all zeros",
      (path) => {
        writeFileSync(path, new Uint8Array(readFileSync(path).length));
      },
    ],
    [
      "longer than it was",
      (path) => {
        writeFileSync(path, "x", { flag: "a" });
      },
    ],
    [
      "a folder",
      (path) => {
        rmSync(path);
        mkdirSync(path);
      },
    ],
    [
      "a pipe, which nobody writes to",
      (path) => {
        rmSync(path);
        spawnSync("mkfifo", [path]);
      },
    ],
  ];
  it.each(damages)("%s gives way to the one before, and is kept aside", async (_, damage) => {
    const reference = await run(newFolder());
    const { folder, names } = await crashedRun();
    const newest = names[1];
    damage(join(folder, newest));
    const warn = vi.spyOn(console, "warn").mockReturnValue();
    expect(await run(folder, { resume: "must" })).toBe(reference);
    expect(warn.mock.calls.join()).toContain(`${newest} in ${folder} is damaged`);
    expect(existsSync(join(folder, `${newest}.damaged`))).toBe(true);
  });

  it("damaged again and again leaves every damaged file", async () => {
    const { folder } = await crashedRun();
    vi.spyOn(console, "warn").mockReturnValue();
    for (let time = 0; time < 3; time++) {
      writeFileSync(join(folder, "checkpoint-00009999.ckpt"), "no");
      await run(folder, { resume: "must" });
    }
    expect(
      readdirSync(folder)
        .filter((name) => name.includes("damaged"))
        .sort(),
    ).toEqual([
      "checkpoint-00009999.ckpt.damaged",
      "checkpoint-00009999.ckpt.damaged-2",
      "checkpoint-00009999.ckpt.damaged-3",
    ]);
  });
});
