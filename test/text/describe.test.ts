/** The words of error messages: whatever a caller passed, the error comes, and it is short. */
import { describe, expect, it } from "vitest";
import { describe as rendering, messageOf } from "../../src/text/describe.ts";

const nested = (levels: number): unknown => {
  let value: unknown = [];
  for (let i = 0; i < levels; i++) value = [value];
  return value;
};
const circular: unknown[] = [1];
circular.push(circular);
const revoked = (target: object): object => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};
const fail = (): never => {
  throw new Error("a trap");
};
const traps = { get: fail, getPrototypeOf: fail, ownKeys: fail, has: fail };
const withConstructor = (constructor: unknown): object => {
  const prototype: object = { constructor };
  return Object.setPrototypeOf({}, prototype) as object;
};

describe("a value in an error message", () => {
  it.each<[() => unknown, string]>([
    [() => undefined, "undefined"],
    [() => null, "null"],
    [() => -0, "0"],
    [() => NaN, "NaN"],
    [() => true, "true"],
    [
      () => 'a "b" \u0000 \u001b[31m \u009b \u202e',
      '"a \\"b\\" \\u0000 \\u001b[31m \\u009b \\u202e"',
    ],
    [() => "x".repeat(1e6), `"${"x".repeat(37)}..."`],
    [() => 12n, "12n"],
    [() => 10n ** 1_000_000n, "a large bigint"],
    [() => -(10n ** 1_000_000n), "a large bigint"],
    [() => Symbol("s"), "Symbol(s)"],
    [() => Symbol.iterator, "Symbol(Symbol.iterator)"],
    [() => Symbol("x".repeat(1e6)), `Symbol(${"x".repeat(37)}...)`],
    [() => [1, "a", [2]], '[1, "a", [2]]'],
    [() => [1, , 3], "[1, undefined, 3]"],
    [() => new Array<number>(1e9), "an array of 1000000000"],
    [() => nested(10_000), "[[[an array of 1]]]"],
    [() => circular, "[1, [1, [1, an array of 2]]]"],
    [() => new Uint8Array(3), "Uint8Array(3)"],
    [() => new DataView(new ArrayBuffer(4)), "DataView(4)"],
    [() => ({}), "an object"],
    [() => Object.create(null) as object, "an object"],
    [() => new Map(), "a Map"],
    [() => new (class extends Map {})(), "a Map"],
    [() => new (class class_1 extends Map {})(), "a Map"],
    [() => new Error("x"), "an Error"],
    [() => withConstructor(undefined), "an object"],
    [() => withConstructor(null), "an object"],
    [() => withConstructor(5), "an object"],
    [() => withConstructor({ name: { toString: fail } }), "an object"],
    [() => withConstructor({ name: "x".repeat(1e6) }), "an object"],
    [
      () =>
        withConstructor({
          get name() {
            return fail();
          },
        }),
      "an object that cannot be read",
    ],
    [
      () => ({
        get a() {
          return fail();
        },
      }),
      "an object",
    ],
    [() => () => 1, "a function"],
    [() => fail, "the function fail"],
    [() => Object.defineProperty(() => 1, "name", { get: fail }), "a function that cannot be read"],
    [() => Object.defineProperty(() => 1, "name", { value: 5 }), "a function"],
    [() => new Proxy({}, traps), "an object that cannot be read"],
    [() => new Proxy([1, 2], traps), "an object that cannot be read"],
    [() => [new Proxy([1, 2], traps)], "[an object that cannot be read]"],
    [() => revoked({}), "an object that cannot be read"],
    [() => revoked([]), "an object that cannot be read"],
    [() => revoked(fail), "a function that cannot be read"],
    [() => Object.assign([1], { map: fail, join: fail }), "[1]"],
  ])("is short and always there (case %#)", (make, text) => {
    expect(rendering(make())).toBe(text);
  });

  it("is written out to three levels, whatever a file nests", () => {
    const value: unknown = JSON.parse("[".repeat(4000) + "]".repeat(4000));
    expect(rendering(value)).toBe("[[[an array of 1]]]");
  });
});

describe("what a caught value says", () => {
  it.each<[() => unknown, string]>([
    [() => new Error("first\nsecond"), "first"],
    [() => new Error(""), "an Error"],
    [() => ({ message: "of another realm" }), "of another realm"],
    [() => "a text", "a text"],
    [() => undefined, "undefined"],
    [() => Symbol("s"), "Symbol(s)"],
    [() => Object.create(null) as object, "an object"],
    [() => revoked({}), "an object that cannot be read"],
  ])("is the first line of its message, or what it is (case %#)", (make, text) => {
    expect(messageOf(make())).toBe(text);
  });
});
