/**
 * The method that Node's `console.log` calls for an object's text; what it would write by itself is a
 * flood of pixels, or nothing at all. A registered symbol, so that no module of Node is needed.
 */
export const INSPECT: symbol = /* @__PURE__ */ Symbol.for("nodejs.util.inspect.custom");
