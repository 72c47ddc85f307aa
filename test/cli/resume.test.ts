/** A training that is interrupted, at a step of the run's choosing, goes on as if it had not been. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InterruptError } from "cifar-kit/node";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { run } from "../../src/cli/run.ts";
import { temporaryFolders } from "../node/temporary-folder.ts";
import { called } from "./called.ts";
import { writeTinyPictures } from "./pictures.ts";

const newFolder = temporaryFolders();
const before = process.cwd();
beforeEach(() => {
  const folder = newFolder();
  writeTinyPictures(join(folder, "pictures"));
  process.chdir(folder);
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
});
afterEach(() => {
  process.chdir(before);
  vi.restoreAllMocks();
});

/** Calls a command line and presses Ctrl-C once it has printed a text. */
async function interruptedAt(text: string, ...args: string[]) {
  const controller = new AbortController();
  let printed = "";
  const write = (more: string): void => {
    printed += more;
    if (printed.includes(text)) controller.abort(new InterruptError("SIGINT"));
  };
  const code = await run(args, { out: { write }, error: { write } }, () => controller.signal);
  return { code, printed };
}

const weights = (folder: string): string => {
  const { weightsManifest } = JSON.parse(readFileSync(join(folder, "model.json"), "utf8")) as {
    weightsManifest: { paths: string[] }[];
  };
  // Named by their hash.
  return weightsManifest[0].paths[0];
};

it.each([
  ["with the new head", "The new head learns"],
  ["with the whole network", "Epoch 3/"],
])("goes on after Ctrl-C by the same command: %s", async (_, text) => {
  const args = ["train", "pictures", "--epochs", "4", "--network", "notebook", "--seed", "2"];
  const { code, printed } = await interruptedAt(text, ...args, "--out", "a");
  expect(code).toBe(130);
  expect(printed).toMatch(/\nInterrupted and saved. The same command goes on from here.\n$/);
  expect(existsSync("a/model.json")).toBe(false);

  const { out, code: second } = await called(...args, "--out", "a");
  expect(second).toBe(0);
  expect(out).toContain("Going on with the run in a\n");
  await called(...args, "--out", "b");
  expect(weights("a")).toBe(weights("b"));
  expect(existsSync("a/checkpoints")).toBe(false);
});
