import { afterEach, expect, it, vi } from "vitest";
import { downloadIO } from "cifar-kit/browser";

afterEach(() => vi.unstubAllGlobals());

it("says what to use where there is no page", () => {
  expect(() => downloadIO("mine")).toThrow(
    /downloadIO: expected a page, which can download, got none; save with opfsIO.* fileSystemIO/,
  );
  // tfjs found no page when it was loaded.
  vi.stubGlobal("document", {});
  expect(() => downloadIO("mine")).toThrow(/expected a page/);
});

it.each(["", "../mine", 5, null])("refuses the name %s", (name) => {
  expect(() => downloadIO(name as string)).toThrow(/downloadIO: expected a name of 1 to 100/);
});
