/**
 * ONNX's own checker passes what is written here, and Python's ONNX Runtime runs it:
 *
 *     PYTHON=/path/to/python npx vitest run --project long test/exchange/onnx
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, it } from "vitest";
import { toOnnx } from "cifar-kit";
import { useBackend } from "../helpers/backends.ts";
import { temporaryFolders } from "../node/temporary-folder.ts";
import { largestDifference } from "./difference.ts";
import { answers, MODELS, ONNX_MODELS, questions, settled } from "./models.ts";
import { readTensors, writeTensors } from "./plain.ts";

const newFolder = temporaryFolders();
const PROGRAM = fileURLToPath(new URL("./onnx-peer.py", import.meta.url));

beforeAll(() => useBackend("cpu"));

it("ONNX files pass the checker and compute in Python what is computed here", () => {
  const folder = newFolder();
  const here = Object.entries({ ...MODELS, ...ONNX_MODELS }).map(([name, make], i) => {
    const model = settled(make(), i + 1);
    const asked = questions(model, 3);
    writeFileSync(join(folder, `${name}.onnx`), toOnnx(model));
    writeTensors(join(folder, `${name}.inputs.json`), asked);
    return { name, expected: answers(model, asked) };
  });
  execFileSync(process.env.PYTHON ?? "python3", ["-W", "ignore", PROGRAM, folder]);
  const differences = here.map(({ name, expected }) => {
    const there = readTensors(join(folder, `${name}.outputs.json`));
    return [name, largestDifference(there, expected)] as const;
  });
  expect(differences.filter(([, difference]) => difference >= 1e-5)).toEqual([]);
});
