/** Whatever is passed to any function in a page: it works, or the library says what is wrong. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { CifarKitError } from "cifar-kit";
import * as browser from "cifar-kit/browser";

/** All but the one that takes nothing. */
const functions = Object.entries(browser).filter(([name]) => name !== "recommendBackend") as [
  string,
  (value: unknown) => unknown,
][];
const values = [
  ...[undefined, null, {}, [], [[]], "x", "", 5, Number.NaN, true, 1n, Symbol("s"), () => 1],
  ...[Object.create(null) as object, new Map(), new Date(0), new Float32Array(2)],
  ...[new Proxy({}, {}), new Blob([]), new ImageData(1, 1)],
];

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("any value as the first argument in a page", () => {
  it.each(functions)("gets the library's own error, or an answer: %s", async (_name, f) => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response("", { status: 404 })));
    for (const value of values) {
      try {
        await f(value);
      } catch (error) {
        expect(error).toBeInstanceOf(CifarKitError);
      }
    }
  });
});
