import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ArgumentError, SourceError } from "cifar-kit";
import { writeFileAtomic } from "cifar-kit/node";
import { temporaryOf } from "./leftovers.ts";
import { temporaryFolders } from "./temporary-folder.ts";

const newFolder = temporaryFolders();

describe("writeFileAtomic", () => {
  it("makes folders, replaces files, and clears away what killed writers left", async () => {
    const folder = join(newFolder(), "a", "b");
    const path = join(folder, "model.safetensors");
    await writeFileAtomic(path, Uint8Array.of(1, 2));
    writeFileSync(join(folder, await temporaryOf("x")), "half");
    await writeFileAtomic(path, "text");
    expect(readFileSync(path, "utf8")).toBe("text");
    expect(readdirSync(folder)).toEqual(["model.safetensors"]);
  });

  it("says what it needs, and what cannot be written", async () => {
    await expect(writeFileAtomic("", "x")).rejects.toBeInstanceOf(ArgumentError);
    await expect(writeFileAtomic("a", 5 as unknown as string)).rejects.toThrow(/bytes or text/);
    const folder = newFolder();
    mkdirSync(join(folder, "a", "b"), { recursive: true });
    await expect(writeFileAtomic(join(folder, "a"), "x")).rejects.toBeInstanceOf(SourceError);
    expect(readdirSync(folder)).toEqual(["a"]);
  });
});
