/** Random branched networks, both ways: the same outputs as in PyTorch. */
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { useBackend } from "../../helpers/backends.ts";
import { expectAsInPyTorch, type InPyTorch } from "./random-networks.ts";

const { networks } = JSON.parse(
  readFileSync(new URL("../../fixtures/weights/random-networks.json", import.meta.url), "utf8"),
) as { networks: InPyTorch[] };

describe("48 random branched networks", () => {
  beforeAll(() => useBackend("cpu"));

  it("have PyTorch's outputs, with weights from here and with weights from there", async () => {
    expect(networks.length).toBe(48);
    for (const there of networks) await expectAsInPyTorch(there);
  });
});
