/** What is done with a model that there is: `classify`, `evaluate`, `export`. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { evaluate, loadWeights, predict, readSafetensors, trainPhase } from "cifar-kit";
import { fileSystemIO, imageFolder } from "cifar-kit/node";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { FORMATS } from "../../src/cli/export-formats.ts";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";
import { called } from "./called.ts";
import { writeTinyPictures } from "./pictures.ts";

const folder = mkdtempSync(join(tmpdir(), "cifar-kit-use-"));
const before = process.cwd();
/** Classes in another order than that of their folders. */
const model = {
  build: () =>
    tinyModel({
      numClasses: undefined,
      classNames: ["red", "green", "blue"],
      batchNormMomentum: 0.6,
      seed: 1,
    }),
};

beforeAll(async () => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  await useBackend("simd");
  process.chdir(folder);
  writeTinyPictures("pictures", 12);
  const tiny = model.build();
  await trainPhase(tiny, { train: tinyImages(60), epochs: 8, verbose: 0 });
  await tiny.save(fileSystemIO("model"));
  tiny.dispose();
});
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
  vi.restoreAllMocks();
});

describe("npx cifar-kit classify", () => {
  it("prints a table: the classes that predict gives, of files and of folders", async () => {
    mkdirSync("mixed/deep", { recursive: true });
    for (const [from, to] of [
      ["red/0", "b"],
      ["blue/2", "deep/a"],
    ]) {
      writeFileSync(`mixed/${to}.png`, readFileSync(`pictures/${from}.png`));
    }
    symlinkSync(join(process.cwd(), "pictures/green/1.png"), "mixed/c.png");
    writeFileSync("mixed/notes.txt", "no picture");
    writeFileSync("mixed/.hidden.png", "none either");
    const { code, out, error } = await called(
      "classify",
      "mixed",
      "pictures/red/3.png",
      "--model",
      "model",
      "--top",
      "2",
    );
    expect(error).toBe("");
    expect(code).toBe(0);
    const rows = out
      .trimEnd()
      .split("\n")
      .map((line) => line.split(/ {2,}/));
    expect(rows.map(([path]) => path)).toEqual([
      "picture",
      "mixed/b.png",
      "mixed/c.png",
      "mixed/deep/a.png",
      "pictures/red/3.png",
    ]);
    expect(rows[0]).toEqual(["picture", "class", "probability", "class", "probability"]);
    expect(rows[1][2]).toMatch(/^\d+\.\d %$/);
  });

  it("prints JSON with the probabilities that predict gives", async () => {
    const { out } = await called(
      "classify",
      "pictures",
      "--model",
      "model",
      "--top",
      "3",
      "--json",
    );
    const answers = JSON.parse(out) as {
      path: string;
      className: string;
      probability: number;
      classes: { className: string; probability: number }[];
    }[];
    const { loadModel } = await import("cifar-kit");
    const loaded = await loadModel(fileSystemIO("model"));
    const set = await imageFolder("pictures", { imageShape: [8, 8, 3], fit: "crop" });
    const { probabilities } = await predict(loaded, set);
    loaded.dispose();
    const byPath = new Map(answers.map((answer) => [answer.path, answer]));
    set.paths!.forEach((path, i) => {
      const { classes, className, probability } = byPath.get(path)!;
      const own = ["red", "green", "blue"].map((name, label) => ({
        className: name,
        probability: probabilities[3 * i + label],
      }));
      own.sort((a, b) => b.probability - a.probability);
      expect(classes).toEqual(own);
      expect({ className, probability }).toEqual(own[0]);
    });
  });

  it("classifies what it can read, names the rest, and fails", async () => {
    writeFileSync("broken.jpg", "no picture");
    const { code, out, error } = await called(
      "classify",
      "broken.jpg",
      "pictures/red/0.png",
      "nothing.png",
      "--model",
      "model",
    );
    expect(out).toContain("pictures/red/0.png");
    expect(error).toMatch(/\(broken\.jpg\)/);
    expect(error).toMatch(/nothing\.png/);
    expect(error).toMatch(/classify: expected pictures that can be read, got 2 of 3 that cannot/);
    expect(code).toBe(1);
    const json = JSON.parse(
      (await called("classify", "broken.jpg", "--model", "model", "--json")).out,
    ) as unknown;
    expect(json).toEqual([
      { path: "broken.jpg", error: expect.stringContaining("broken.jpg") as string },
    ]);
    mkdirSync("empty");
    expect((await called("classify", "empty", "--model", "model")).error).toMatch(
      /got none in empty/,
    );
    expect(await called("classify", "--model", "model")).toMatchObject({
      code: 2,
      error: expect.stringMatching(/got none; see/) as string,
    });
  });

  it("takes the network of the package where none is named, and says so", async () => {
    const { code, out, error } = await called("classify", "pictures/red/0.png");
    expect(code).toBe(0);
    expect(error).toMatch(/^Without --model: the network that knows Airplane, /);
    expect(out).toMatch(/red\/0\.png/);
  });
});

describe("npx cifar-kit evaluate", () => {
  it("measures with the model's labels, whatever the order of the folders", async () => {
    const { out, code } = await called("evaluate", "pictures", "--model", "model", "--json");
    expect(code).toBe(0);
    const { loadModel } = await import("cifar-kit");
    const loaded = await loadModel(fileSystemIO("model"));
    const { accuracy } = await evaluate(loaded, tinyImages(12));
    loaded.dispose();
    expect(accuracy).toBeGreaterThan(0.5);
    expect(JSON.parse(out)).toMatchObject({
      accuracy,
      pictures: 12,
      classNames: ["red", "green", "blue"],
    });
  });

  it("prints scikit-learn's report and the surest mistakes, and writes a report", async () => {
    const { out, code } = await called(
      "evaluate",
      "pictures",
      "--model",
      "model",
      "--report",
      "out/report.html",
    );
    expect(code).toBe(0);
    expect(out).toMatch(/ precision +recall/);
    expect(out).toMatch(/\d+ of 12 wrong/);
    expect(readFileSync("out/report.html", "utf8")).toContain("Confusion matrix");
  });

  it("refuses folders that are no classes of the model", async () => {
    mkdirSync("strange/teapot", { recursive: true });
    writeFileSync("strange/teapot/1.png", readFileSync("pictures/red/0.png"));
    const { error, code } = await called("evaluate", "strange", "--model", "model");
    expect(error).toMatch(
      /^strange: expected folders named as the classes red, green, blue, got teapot;/,
    );
    expect(code).toBe(1);
  });
});

describe("npx cifar-kit export", () => {
  it.each(Object.keys(FORMATS))("writes %s", async (format) => {
    const { out, code, error } = await called("export", "model", "--format", format);
    expect(error).toBe("");
    expect(code).toBe(0);
    const path = out.trimEnd();
    expect(path).toBe(`model${FORMATS[format].ending}`);
    expect(statSync(path).size).toBeGreaterThan(0);
    const again = await called("export", "model", "--format", format);
    expect(again.error).toMatch(/expected a new file or folder, got one that is there already/);
    expect(again.code).toBe(1);
    expect((await called("export", "model", "--format", format, "--force")).code).toBe(0);
  });

  it("writes weights that load into the same network", async () => {
    await called("export", "model", "--format", "safetensors", "--out", "w/own.safetensors");
    const bytes = readFileSync("w/own.safetensors");
    expect(readSafetensors(bytes).metadata.classNames).toBe('["red","green","blue"]');
    const other = model.build();
    await loadWeights(other, bytes);
    other.dispose();
  });

  it("writes what classify reads again, with class names", async () => {
    await called("export", "model", "--format", "keras", "--out", "own.keras");
    const args = ["classify", "pictures", "--json", "--model"];
    const [own, keras] = [await called(...args, "model"), await called(...args, "own.keras")];
    expect(keras.code).toBe(0);
    expect(keras.out).toBe(own.out);
    expect((await called(...args, "no.keras")).error).toMatch(/expected the file no.keras.*ENOENT/);
  });

  it("says what is wrong with its arguments", async () => {
    expect((await called("export", "model")).error).toMatch(/expected --format with one of tfjs, /);
    expect((await called("export", "model", "--format", "tfsj")).error).toMatch(
      /"tfsj", perhaps tfjs/,
    );
  });
});

describe.each(["classify", "evaluate", "export"])("npx cifar-kit %s", (command) => {
  const args = (path: string): string[] =>
    command === "export"
      ? ["export", path, "--format", "tfjs", "--out", "x"]
      : [command, "pictures", "--model", path];

  it("says what is wrong with a model that is missing, or something else", async () => {
    writeFileSync("text.json", "some text");
    writeFileSync("data.json", "{}");
    for (const [path, message] of [
      ["nowhere", /expected the file nowhere, got a folder with/],
      ["pictures", /expected the file pictures.model\.json/],
      ["text.json", /text\.json/],
      ["data.json", /data\.json|topology/],
    ] as const) {
      const { code, error } = await called(...args(path));
      expect(error).toMatch(message);
      expect(error).not.toContain("\n    at ");
      expect(code).toBe(1);
    }
    expect(existsSync("x")).toBe(false);
  });
});
