/**
 * Keras 3 opens what is written here, and the other way round. Needs Keras 3.15:
 *
 *     PYTHON=/path/to/python npx vitest run --project long test/exchange/keras
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { loadKeras, saveKeras } from "cifar-kit";
import { useBackend } from "../helpers/backends.ts";
import { temporaryFolders } from "../node/temporary-folder.ts";
import { largestDifference } from "./difference.ts";
import { answers, MODELS, questions, settled } from "./models.ts";
import { readTensors, writeTensors } from "./plain.ts";

const newFolder = temporaryFolders();
const PROGRAM = fileURLToPath(new URL("./keras-peer.py", import.meta.url));
const python = (...args: string[]): void => {
  execFileSync(process.env.PYTHON ?? "python3", ["-W", "ignore", PROGRAM, ...args]);
};

beforeAll(() => useBackend("cpu"));

describe("Keras 3", () => {
  it("computes with what saveKeras writes what is computed here, trains it and saves it again", async () => {
    const folder = newFolder();
    const here = Object.entries(MODELS).map(([name, make], i) => {
      const model = settled(make(), i + 1);
      const asked = questions(model, 3);
      writeFileSync(join(folder, `${name}.keras`), saveKeras(model));
      writeTensors(join(folder, `${name}.inputs.json`), asked);
      return { name, asked, expected: answers(model, asked) };
    });
    python("open", folder);
    const differences: [string, number, number][] = [];
    for (const { name, asked, expected } of here) {
      const there = readTensors(join(folder, `${name}.outputs.json`));
      const again = await loadKeras(readFileSync(join(folder, `${name}.again.keras`)));
      const second = largestDifference(answers(again, asked), expected);
      differences.push([name, largestDifference(there, expected), second]);
    }
    expect(differences.filter(([, ...both]) => Math.max(...both) >= 1e-5)).toEqual([]);
  });

  it("writes models that compute here what they compute there", async () => {
    const folder = newFolder();
    python("write", folder);
    for (const name of ["branched", "nested", "recurrent"]) {
      const model = await loadKeras(readFileSync(join(folder, `${name}.keras`)));
      const outputs = answers(model, readTensors(join(folder, `${name}.inputs.json`)));
      const difference = largestDifference(
        outputs,
        readTensors(join(folder, `${name}.outputs.json`)),
      );
      expect(difference, name).toBeLessThan(1e-5);
    }
  });

  it("may have layers that are not here: all are named", async () => {
    const file = join(newFolder(), "unknown.keras");
    python("unknown", file);
    await expect(loadKeras(readFileSync(file))).rejects.toThrow(
      'got "attention" (MultiHeadAttention), "groups" (GroupNormalization), "gru" (GRU with reset_after), "head" (Dense with activation hard_sigmoid);',
    );
  });
});
