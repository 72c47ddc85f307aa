/** `npx cifar-kit train` on pictures that a small network learns in a second, and all that it refuses. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadModel } from "cifar-kit";
import { fileSystemIO } from "cifar-kit/node";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { temporaryFolders } from "../node/temporary-folder.ts";
import { called } from "./called.ts";
import { writeTinyPictures } from "./pictures.ts";

const newFolder = temporaryFolders();
const before = process.cwd();
let folder = "";
beforeEach(() => {
  folder = newFolder();
  writeTinyPictures(join(folder, "pictures"));
  process.chdir(folder);
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
});
afterEach(() => {
  process.chdir(before);
  vi.restoreAllMocks();
});

/** The smallest course there is. */
const SHORT = ["--from-scratch", "--size", "16", "--epochs", "1", "--seed", "1"];

interface Results {
  readonly command: string;
  readonly accuracy: number;
  readonly data: { readonly classes: unknown; readonly leftOut: readonly { path: string }[] };
  readonly report: Readonly<Record<string, unknown>>;
  readonly confusionMatrix: readonly (readonly number[])[];
  readonly training: { readonly phases: readonly { readonly loss: readonly number[] }[] };
}

describe("npx cifar-kit train", () => {
  it("ends with a model that knows its classes, a report in one file, and a line that says how to use it", async () => {
    writeFileSync("pictures/red/broken.png", "no picture");
    const { code, out, error } = await called("train", "pictures", ...SHORT);
    expect(error).toBe("");
    expect(code).toBe(0);
    expect(out).toContain("24 pictures to learn from, 6 kept apart\n");
    expect(out).toMatch(/1\/1 \[=+\] - .* - val_accuracy: /);
    expect(out).toContain("weighted avg");
    expect(out).toMatch(/\nnpx cifar-kit classify photo.jpg --model pictures-model\n$/);

    const model = await loadModel(fileSystemIO("pictures-model"));
    expect(model.getUserDefinedMetadata()).toEqual({
      classNames: ["blue", "green", "red"],
      fit: "crop",
    });
    model.dispose();
    const page = readFileSync("pictures-model/report.html", "utf8");
    expect(page).toContain("red/broken.png: ");
    expect(page).toContain(`train pictures ${SHORT.join(" ")}<`);
    // Nothing is fetched.
    expect(page).not.toMatch(/(?:src|href)="(?!data:)|url\(|@import|<script/);
    expect(existsSync("pictures-model/checkpoints")).toBe(false);
  });

  it("prints JSON alone where it is asked for, the same that it writes; the same seed gives the same numbers", async () => {
    const { code, out, error } = await called("train", "pictures", ...SHORT, "--json");
    expect(code).toBe(0);
    expect(error).toContain("24 pictures to learn from");
    expect(out).toBe(readFileSync("pictures-model/results.json", "utf8"));
    const results = JSON.parse(out) as Results;
    expect(results.data.classes).toEqual(
      ["blue", "green", "red"].map((name) => ({ name, train: 8, validation: 2 })),
    );
    expect(results.confusionMatrix.flat().reduce((sum, count) => sum + count)).toBe(6);
    expect(results.report).toHaveProperty("macro avg");
    const again = await called("train", "pictures", ...SHORT, "--json", "--out", "b");
    const same = JSON.parse(again.out) as Results;
    expect(same.training.phases[0].loss).toEqual(results.training.phases[0].loss);
    expect(same.accuracy).toBe(results.accuracy);
  });

  it("never writes over a model, unless it is told to", async () => {
    mkdirSync("mine");
    writeFileSync("mine/model.json", "{}");
    const refused = await called("train", "pictures", ...SHORT, "--out", "mine");
    expect(refused.code).toBe(1);
    expect(refused.error).toMatch(
      /^mine: expected a new folder.*got a model that is there.*--force/,
    );
    expect(readdirSync("mine")).toEqual(["model.json"]);
    const { code } = await called("train", "pictures", ...SHORT, "--out", "mine", "--force");
    expect(code).toBe(0);
    expect(readdirSync("mine")).toContain("report.html");
  });

  it("measures on another folder with the same classes, in whatever order", async () => {
    writeTinyPictures("others", 12);
    rmSync("others/green", { recursive: true });
    const args = ["train", "pictures", ...SHORT, "--validation", "others", "--json"];
    const { out, code } = await called(...args);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ pictures: 8, classNames: ["blue", "green", "red"] });
  });

  it("refuses to go on with a run of other options, and says how to begin anew", async () => {
    // As an interruption leaves it.
    const { fileCheckpointStore } = await import("cifar-kit/node");
    const kit = await import("cifar-kit");
    const store = fileCheckpointStore("pictures-model/checkpoints/network");
    const set = await (
      await import("cifar-kit/node")
    ).imageFolder("pictures", { imageShape: [16, 16, 3], fit: "crop" });
    const { train, validation } = kit.trainValidationSplit(set, { fraction: 0.2, seed: 7 });
    const model = kit.buildCifarModel({ for: set, seed: 7, batchNormMomentum: 0.9 });
    const run = {
      train,
      validation,
      epochs: 1,
      checkpoint: { store },
      seed: 7,
      verbose: 0,
    } as const;
    await kit.trainPhase(model, run);
    model.dispose();
    const refused = await called("train", "pictures", ...SHORT);
    expect(refused.code).toBe(1);
    expect(refused.out).toContain("Begin anew with --force, or name another --out.\n");
    expect((await called("train", "pictures", ...SHORT, "--force")).code).toBe(0);
  });

  it.each<[string, string[], RegExp]>([
    ["without a folder", ["--seed", "1"], /expected one folder of pictures, or cifar10, got 0/],
    ["with two", ["a", "b"], /got 2/],
    ["with no number of epochs", ["pictures", "--epochs", "0"], /at least 1 for --epochs, got 0/],
    ["with an unknown network", ["pictures", "--network", "fats"], /"fats", perhaps fast/],
    [
      "with an unknown change",
      ["pictures", "--augmentation", "flop"],
      /shift,flip,turn,zoom.*"flop"/,
    ],
    ["with all pictures kept apart", ["pictures", "--validation", "1"], /share between 0 and 1/],
    ["with a size that the network does not take", ["pictures", "--size", "64"], /--from-scratch/],
    ["with what a recipe decides", ["cifar10", "--augmentation", "flip"], /no --augmentation/],
    [
      "with the model among the pictures",
      ["pictures", "--out", "pictures/m"],
      /outside of pictures/,
    ],
    ["with an unknown option", ["pictures", "--epoch", "1"], /Unknown option '--epoch'/],
  ])("ends with exit code 2 %s", async (_, args, message) => {
    const { code, error } = await called("train", ...args);
    expect(error).toMatch(message);
    expect(error).toMatch(/; see npx cifar-kit train --help\n$/);
    expect(code).toBe(2);
    expect(readdirSync(".")).toEqual(["pictures"]);
  });

  const text = (path: string): void => {
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, "some text");
  };
  it.each<[string, () => string, RegExp]>([
    [
      "is missing",
      () => "nowhere",
      /a folder with one folder of pictures per class at nowhere.*ENOENT/,
    ],
    ["is a file", () => (text("file"), "file"), /ENOTDIR/],
    [
      "holds text files",
      () => (text("texts/a/1.txt"), text("texts/b/2.txt"), "texts"),
      /pictures in texts.*got none but 2 named .txt/s,
    ],
    [
      "holds what only looks like pictures",
      () => (text("fakes/a/1.png"), text("fakes/b/2.png"), "fakes"),
      /an intact picture of every class.*none of a, b/,
    ],
    [
      "has two classes that differ in case",
      () => (
        writeTinyPictures("pictures", 3),
        mkdirSync("pictures/RED"),
        writeFileSync("pictures/RED/1.png", readFileSync("pictures/red/0.png")),
        "pictures"
      ),
      /differ in more than their spelling.*got RED, red/,
    ],
    [
      "has one class twice, spelt in two of Unicode's forms",
      () => {
        for (const name of ["\u00e9", "e\u0301"]) {
          mkdirSync(join("pictures", name));
          writeFileSync(join("pictures", name, "1.png"), readFileSync("pictures/red/0.png"));
        }
        return "pictures";
      },
      /differ only in how Unicode spells them/,
    ],
    [
      "has one picture a class",
      () => (writeTinyPictures("few", 3), "few"),
      /two intact pictures or more of every class.*got one of blue, green, red/,
    ],
    [
      "has one class",
      () => {
        for (const name of ["green", "blue"]) rmSync(join("pictures", name), { recursive: true });
        return "pictures";
      },
      /two classes or more.*got one, red/,
    ],
  ])("says what is wrong with a folder that %s, and makes nothing", async (_, make, message) => {
    const source = make();
    const there = readdirSync(".");
    const { code, error } = await called("train", source);
    expect(error).toMatch(message);
    expect(error).not.toContain("\n    at ");
    expect(code).toBe(1);
    expect(readdirSync(".")).toEqual(there);
  });

  it("has help with examples, in lines that fit a terminal", async () => {
    for (const command of ["train", "evaluate", "classify", "export"]) {
      const { code, out } = await called(command, "--help");
      expect(code).toBe(0);
      expect(out).toMatch(new RegExp(`examples:\n  npx cifar-kit ${command} `));
      expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    }
  });
});
