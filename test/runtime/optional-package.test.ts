/** What is said of a package that cannot be loaded: its absence, or the real cause. */
import { describe, expect, it } from "vitest";
import { SourceError } from "cifar-kit";
import { optionalPackage } from "../../src/runtime/optional-package.ts";

const failing = (name: string, cause: unknown): Promise<SourceError> =>
  optionalPackage({ subject: "f", name, otherwise: ", or do without" }, () => {
    throw cause;
  }).catch((error: unknown) => error) as Promise<SourceError>;

describe("a package that is not installed", () => {
  it.each([
    ["Node", "Cannot find package 'sharp' imported from /app/node_modules/cifar-kit/dist/node.js"],
    ["CommonJS", "Cannot find module 'sharp'\nRequire stack:\n- /app/a.cjs"],
    ["Bun", "Cannot find package 'sharp' from '/app/a.ts'"],
    ["Deno", 'Relative import path "sharp" not prefixed with / or ./ or ../'],
    ["Vite, built", 'Could not resolve "sharp" imported by "cifar-kit". Is it installed?'],
    ["a browser", "Failed to resolve module specifier 'sharp'"],
    ["webpack", "Cannot find module 'sharp'"],
  ])("is to be installed, in the words of %s", async (_, message) => {
    const cause = new Error(message);
    const error = await failing("sharp", cause);
    expect(error).toBeInstanceOf(SourceError);
    expect(error.message).toBe(
      "f: expected the package sharp, got none that is installed; run npm install sharp, or do without.",
    );
    expect(error.cause).toBe(cause);
  });

  it("is what Node itself says of one", async () => {
    const name = "no-such-package-of-cifar-kit";
    const error = await optionalPackage({ subject: "f", name }, () =>
      import("node:module").then(
        ({ createRequire }) => createRequire(import.meta.url)(name) as unknown,
      ),
    ).catch((cause: unknown) => cause);
    expect(String(error)).toContain(`; run npm install ${name}.`);
  });
});

describe("a package that is there, but does not load", () => {
  it.each([
    [
      "lacks one of its own",
      "Cannot find package 'vega' imported from /app/node_modules/sharp/a.js",
    ],
    ["lacks a file", "Cannot find module '/app/node_modules/sharp/index.js'"],
    ["lacks its binary", 'Could not load the "sharp" module using the linux-x64 runtime\nPossible'],
  ])("passes on that it %s", async (_, message) => {
    const cause = new Error(message);
    const error = await failing("sharp", cause);
    const [line] = message.split("\n");
    expect(error.message).toContain(
      `f: expected the package sharp to load, got "${line}"; see the`,
    );
    expect(error.message).not.toContain("npm install");
    expect(error.cause).toBe(cause);
  });

  it("passes on that a test runner refuses import(), and what helps", async () => {
    const cause = Object.assign(new TypeError("A dynamic import callback was invoked without"), {
      code: "ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING_FLAG",
    });
    const { message } = await failing("sharp", cause);
    expect(message).toContain("NODE_OPTIONS=--experimental-vm-modules");
  });

  it("does not blame a package that require() cannot load where import() is refused", async () => {
    const cause = Object.assign(new TypeError("A dynamic import callback was invoked without"), {
      code: "ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING_FLAG",
      cause: new Error("Cannot find module 'h5wasm' from 'node_modules/cifar-kit/dist/a.cjs'"),
    });
    const { message } = await failing("h5wasm", cause);
    expect(message).toContain("expected the package h5wasm to load");
    expect(message).toContain("NODE_OPTIONS=--experimental-vm-modules");
  });

  it("is reported whatever it throws", async () => {
    expect((await failing("sharp", undefined)).message).toContain('got "undefined"');
    expect((await failing("sharp", Object.create(null))).message).toContain('got "an object"');
  });
});
