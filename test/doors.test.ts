/** Whatever is passed as the first argument of any function: it works, or the library says what is wrong. */
import { sequential } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import * as kit from "cifar-kit";
import * as browser from "cifar-kit/browser";
import * as node from "cifar-kit/node";
import { useBackend } from "./helpers/backends.ts";

/** These ask the network, take nothing, or listen to signals; classes of errors are made of what the library says. */
const LEFT_OUT = /^load(Cifar|Fashion|Pretrained)|^interruptSignal$|Error$/;
const functions = [kit, node, browser]
  .flatMap(Object.entries)
  .filter(([name, value]) => typeof value === "function" && !LEFT_OUT.test(name)) as [
  string,
  ((value: unknown) => unknown) & (new (value: unknown) => unknown),
][];

const values = [
  ...[undefined, null, {}, [], [[]], "x", "", 5, Number.NaN, true, 1n, Symbol("s"), () => 1],
  ...[
    Object.create(null) as object,
    new Map(),
    new Date(0),
    new Float32Array(2),
    new Proxy({}, {}),
  ],
  sequential(),
];

beforeAll(async () => {
  await useBackend("cpu");
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
});

describe("any value as the first argument", () => {
  it.each(functions)("gets the library's own error, or an answer: %s", async (_, f) => {
    const isClass = Function.prototype.toString.call(f).startsWith("class");
    for (const value of values) {
      try {
        await (isClass ? new f(value) : f(value));
      } catch (error) {
        expect(error).toBeInstanceOf(kit.CifarKitError);
      }
    }
  });

  it("gets an error without a cause where there is none", () => {
    let error: unknown;
    try {
      kit.normalize(5 as never);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(kit.ArgumentError);
    expect(Object.hasOwn(error as object, "cause")).toBe(false);
  });
});
