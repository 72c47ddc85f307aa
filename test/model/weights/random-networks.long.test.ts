/** The same with networks that nobody has seen, where Python has torch and safetensors. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { useBackend } from "../../helpers/backends.ts";
import { expectAsInPyTorch, type InPyTorch } from "./random-networks.ts";
import { writeNetworks } from "../../fixtures/weights/write-random-networks.ts";

const PYTHON = process.env.PYTHON ?? "/usr/bin/python3";
const hasTorch = spawnSync(PYTHON, ["-c", "import safetensors.torch"]).status === 0;
const FIRST = Number(process.env.CIFAR_KIT_SEED ?? 1000);
const COUNT = Number(process.env.CIFAR_KIT_NETWORKS ?? 400);

describe("random branched networks", () => {
  beforeAll(() => useBackend("cpu"));

  // Without torch and safetensors there is nothing to compare with.
  it.skipIf(!hasTorch)("have PyTorch's outputs now", { timeout: 30 * 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "cifar-kit-networks-"));
    await writeNetworks(folder, FIRST, COUNT);
    const script = new URL("../../fixtures/weights/make-random-networks.py", import.meta.url);
    const target = join(folder, "results.json");
    const { status, stderr } = spawnSync(PYTHON, [fileURLToPath(script), folder, target], {
      encoding: "utf8",
    });
    expect(status, stderr).toBe(0);
    const { networks } = JSON.parse(readFileSync(target, "utf8")) as { networks: InPyTorch[] };
    expect(networks.length).toBe(COUNT);
    for (const there of networks) await expectAsInPyTorch(there);
    rmSync(folder, { recursive: true });
  });
});
