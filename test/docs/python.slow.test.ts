/** The Python code of the docs, where Python has torch and safetensors. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildCifarModel, loadWeights, predict, randomStream, saveWeights } from "cifar-kit";
import { describe, it } from "vitest";
import { useBackend } from "../helpers/backends.ts";
import { expectClose } from "../helpers/close.ts";
import { pageCode } from "./doc-code.ts";

const PYTHON = process.env.PYTHON ?? "/usr/bin/python3";
const hasTorch = spawnSync(PYTHON, ["-c", "import safetensors.torch"]).status === 0;

describe("docs/how-to/move-weights-to-python.md", () => {
  // Without torch and safetensors there is nothing to run the page's code with.
  it.skipIf(!hasTorch)("has PyTorch code that classifies as the network here", async () => {
    await useBackend("simd");
    const folder = mkdtempSync(join(tmpdir(), "cifar-kit-python-"));
    const rng = randomStream(1, "python docs");
    const images = Float32Array.from({ length: 4 * 3072 }, () => rng.uniform());
    const model = buildCifarModel({ seed: 1 });
    writeFileSync(join(folder, "model.safetensors"), await saveWeights(model));
    writeFileSync(join(folder, "images"), new Uint8Array(images.buffer));
    const code = [
      ...pageCode("docs/how-to/move-weights-to-python.md").python,
      'x = torch.frombuffer(bytearray(open("images", "rb").read()), dtype=torch.float32)',
      "with torch.no_grad():",
      "    print(network(x.reshape(4, 32, 32, 3).permute(0, 3, 1, 2)).flatten().tolist())",
    ].join("\n");
    const { stdout, stderr } = spawnSync(PYTHON, ["-c", code], { cwd: folder, encoding: "utf8" });
    const there = JSON.parse(stdout || `"${stderr}"`) as number[];

    // What Python wrote gives the same network again.
    const again = buildCifarModel({ seed: 2 });
    await loadWeights(again, readFileSync(join(folder, "from-python.safetensors")));
    for (const network of [model, again]) {
      const { probabilities } = await predict(network, images);
      // Float32 sums in another order, behind a softmax.
      expectClose(probabilities, there, { rtol: 0, atol: 1e-5, what: "PyTorch" });
      network.dispose();
    }
    rmSync(folder, { recursive: true });
  });
});
