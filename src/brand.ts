/**
 * What lets two copies of this package work together in one program, where one part of it requires and
 * another imports it: each copy has classes and module state of its own.
 */

/**
 * The key under which a class's prototype says what it is, the same in every copy. Not a unique symbol:
 * the declarations of two copies would differ in it, so that the compiler kept their classes apart.
 */
export const BRAND: symbol = /* @__PURE__ */ Symbol.for("cifar-kit.brand");

/**
 * `instanceof` for branded classes: whether a value, or one that it inherits from, has the brand of the
 * class's prototype. A class without a brand of its own, such as a user's subclass, is asked as usual.
 */
export function isInstance(prototype: object, value: unknown): boolean {
  const brand = ownBrand(prototype);
  if (brand === undefined) {
    return Object.prototype.isPrototypeOf.call(prototype, value as object);
  }
  try {
    let at: unknown = value;
    while (typeof at === "object" && at !== null) {
      if (ownBrand(at) === brand) return true;
      at = Object.getPrototypeOf(at);
    }
  } catch {
    // A proxy that was revoked is of no class.
  }
  return false;
}

/** The brand of an object, be it inherited. */
export function brandOf(value: object): unknown {
  return (value as Record<symbol, unknown>)[BRAND];
}

function ownBrand(value: object): unknown {
  return Object.hasOwn(value, BRAND) ? brandOf(value) : undefined;
}

/** State of a module that all copies share: made by the first one that asks for it. */
export function shared<State extends object>(name: string, create: () => State): State {
  const states = globalThis as unknown as Record<symbol, State | undefined>;
  return (states[Symbol.for(`cifar-kit.${name}`)] ??= create());
}
