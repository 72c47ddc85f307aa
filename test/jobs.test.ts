/** Whole jobs in the few lines that they are to take. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  buildCifarModel,
  classificationReport,
  classNamesOf,
  evaluate,
  replaceHead,
  stratifiedKFold,
  trainPhase,
  trainValidationSplit,
  unfreeze,
} from "cifar-kit";
import { imageFolder, loadPretrained } from "cifar-kit/node";
import { afterAll, beforeEach, expect, it, vi } from "vitest";
import { encodePng } from "./dataset/png-encoder.ts";
import { useBackend } from "./helpers/backends.ts";
import { temporaryFolders } from "./node/temporary-folder.ts";

const newFolder = temporaryFolders();
const before = process.cwd();
let printed = "";

/** Pictures of three colours, some larger than what the network takes, in a folder each. */
function writePictures(root: string, each: number): void {
  ["blau", "grün", "red"].forEach((name, label) => {
    mkdirSync(join(root, name), { recursive: true });
    for (let i = 0; i < each; i++) {
      const side = i === 0 ? 48 : 32;
      const pixels = Uint8Array.from({ length: 3 * side * side }, (_, at) =>
        at % 3 === 2 - label ? 200 + ((7 * at + 13 * i) % 56) : (11 * at + 5 * i) % 90,
      );
      const picture = encodePng(pixels, { width: side, height: side });
      writeFileSync(join(root, name, `${i}.png`), picture);
    }
  });
}

beforeEach(async () => {
  await useBackend("simd");
  const folder = newFolder();
  writePictures(join(folder, "pictures"), 5);
  process.chdir(folder);
  printed = "";
  vi.spyOn(console, "log").mockImplementation((text: string) => (printed += text));
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  return () => {
    process.chdir(before);
  };
});
afterAll(() => {
  vi.restoreAllMocks();
});

it("teaches the trained network pictures of one's own", async () => {
  const set = await imageFolder("pictures", { imageShape: [32, 32, 3] });
  const { train, validation } = trainValidationSplit(set);
  const model = replaceHead(await loadPretrained(), { classNames: set.classNames, seed: 1 });
  await trainPhase(model, { train, validation, epochs: 5 });
  unfreeze(model, { learningRate: 1e-4 });
  await trainPhase(model, { train, validation, epochs: 5 });
  console.log(String(classificationReport(await evaluate(model, validation))));

  expect(classNamesOf(model)).toEqual(["blau", "grün", "red"]);
  for (const word of ["blau", "grün", "red", "macro avg"]) expect(printed).toContain(word);
  model.dispose();
});

it("measures a network on five folds of pictures of one's own", async () => {
  const set = await imageFolder("pictures", { imageShape: [32, 32, 3] });
  const scores: number[] = [];
  for (const { train, validation } of stratifiedKFold(set, { folds: 5, seed: 1 })) {
    const model = buildCifarModel({ for: set, seed: 1 });
    await trainPhase(model, { train, epochs: 10, verbose: 0 });
    scores.push((await evaluate(model, validation)).accuracy);
    model.dispose();
  }
  expect(scores).toHaveLength(5);
  for (const score of scores) expect([0, 1 / 3, 2 / 3, 1]).toContainEqual(expect.closeTo(score, 6));
});
