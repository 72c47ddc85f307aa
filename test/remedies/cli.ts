import { cpSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { layers, sequential } from "@tensorflow/tfjs-layers";
import { saveKeras } from "cifar-kit";
import { fileSystemIO } from "cifar-kit/node";
import { asClassesOf, readLessons } from "../../src/cli/read-pictures.ts";
import { outFolder } from "../../src/cli/out-folder.ts";
import { modelAt, openClassifier } from "../../src/cli/model-files.ts";
import { writeTinyPictures } from "../cli/pictures.ts";
import { called } from "../cli/called.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";
import type { Trials, Untried } from "./trial.ts";

const newFolder = (): string => mkdtempSync(join(tmpdir(), "cifar-kit-cli-"));
const read = (folder: string) => readLessons(folder, { imageShape: [8, 8, 3], fit: "crop" });

/** A folder of tiny pictures, changed. */
function pictures(change: (folder: string) => void = () => undefined): string {
  const folder = newFolder();
  writeTinyPictures(folder, 6);
  change(folder);
  return folder;
}

/** Calls a command line; what it prints of an error is thrown. */
async function orThrow(...args: string[]): Promise<void> {
  const { code, error } = await called(...args);
  if (code !== 0) throw new Error(error.trimEnd());
}

const console = { out: { write: () => undefined }, error: { write: () => undefined } };

/** Saves a model, and opens it as a command does. */
async function opened(model: ReturnType<typeof tinyModel>): Promise<void> {
  const folder = newFolder();
  await model.save(fileSystemIO(folder));
  (await openClassifier({ model: folder }, console)).model.dispose();
}

const flat = () =>
  sequential({ layers: [layers.dense({ inputShape: [4], units: 2, activation: "softmax" })] });

const set = tinyImages(3);
const exporting = async (...more: string[]): Promise<void> => {
  const folder = newFolder();
  await tinyModel().save(fileSystemIO(join(folder, "model")));
  writeFileSync(join(folder, "there"), "");
  await orThrow(
    "export",
    join(folder, "model"),
    "--format",
    "safetensors",
    "--out",
    join(folder, "there"),
    ...more,
  );
};

export const trials: Trials = {
  "add a folder with pictures of something else": [
    () =>
      read(
        pictures((folder) => {
          ["red", "blue"].forEach((name) => {
            rmSync(join(folder, name), { recursive: true });
          });
        }),
      ),
    () =>
      read(
        pictures((folder) => {
          rmSync(join(folder, "red"), { recursive: true });
        }),
      ),
  ],
  "move the pictures of each class into one folder": [
    () =>
      read(
        pictures((folder) => {
          cpSync(join(folder, "red"), join(folder, "Red"), { recursive: true });
        }),
      ),
    () =>
      read(
        pictures((folder) => {
          cpSync(join(folder, "red"), join(folder, "Red"), { recursive: true });
          for (const name of readdirSync(join(folder, "Red"))) {
            renameSync(join(folder, "Red", name), join(folder, "red", `more-${name}`));
          }
          rmSync(join(folder, "Red"), { recursive: true });
        }),
      ),
  ],
  "add pictures, or remove the class's folder": [
    () =>
      read(
        pictures((folder) => {
          rmSync(join(folder, "red", "0.png"));
        }),
      ),
    () =>
      read(
        pictures((folder) => {
          rmSync(join(folder, "red"), { recursive: true });
        }),
      ),
  ],
  "rename the folders as the classes are named, or leave them out": [
    () => asClassesOf(set, ["red", "green"], "here"),
    () => asClassesOf(set.withClasses(["green", "red"]), ["red", "green"], "here"),
  ],
  "correct the path": [
    () => modelAt(join(newFolder(), "model.keras")),
    async () => {
      const path = join(newFolder(), "model.keras");
      writeFileSync(path, saveKeras(tinyModel()));
      (await modelAt(path)).dispose();
    },
  ],
  "name the model of a classifier": [() => opened(flat()), () => opened(tinyModel())],
  "name another one with --out, or add --force to write into it all the same": [
    () => outFolder(pictures(), undefined, false),
    async () => [
      await outFolder(newFolder(), undefined, false),
      await outFolder(pictures(), undefined, true),
    ],
  ],
  "name another one with --out, or replace it with --force": [
    () => exporting(),
    () => exporting("--force"),
  ],
  "name others, or repair them": [
    () => orThrow("classify", join(newFolder(), "nothing.png")),
    () => orThrow("classify", pictures()),
  ],
};

export const untried: Untried = {};
