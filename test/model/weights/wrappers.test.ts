/** Weights of networks that were wrapped when they were saved in PyTorch. */
import { beforeAll, describe, expect, it } from "vitest";
import { loadWeights, readSafetensors, saveWeights, writeSafetensors } from "cifar-kit";
import type { SafeTensor } from "../../../src/formats/safetensors.ts";
import { useBackend } from "../../helpers/backends.ts";
import { tinyModel } from "../../helpers/tiny.ts";

beforeAll(() => useBackend("cpu"));

async function renamed(rename: (key: string) => string[]): Promise<Uint8Array> {
  const { tensors } = readSafetensors(await saveWeights(tinyModel({ seed: 1 })));
  const wrapped = [...tensors].flatMap(([key, tensor]): [string, SafeTensor][] =>
    rename(key).map((name) => [name, tensor]),
  );
  return writeSafetensors(new Map(wrapped));
}

describe("loadWeights", () => {
  it.each([
    ["DataParallel", (key: string) => `module.${key}`],
    ["torch.compile", (key: string) => `_orig_mod.${key}`],
    ["both", (key: string) => `_orig_mod.module.${key}`],
    ["a part that was compiled", (key: string) => key.replace(/^(dense)\./, "$1._orig_mod.")],
  ])("passes over what wrappers put before names: %s", async (_, rename) => {
    const model = tinyModel({ seed: 2 });
    await loadWeights(model, await renamed((key) => [rename(key)]));
    const values = (of: typeof model): number[][] =>
      of.getWeights().map((weight) => [...weight.dataSync()]);
    expect(values(model)).toEqual(values(tinyModel({ seed: 1 })));
  });

  it("names the prefix where a tensor is there twice", async () => {
    const bytes = await renamed((key) => [key, `module.${key}`]);
    await expect(loadWeights(tinyModel(), bytes)).rejects.toThrow(
      /one tensor .*, with or without the prefix module\., got ".*" and "module\./,
    );
  });
});
