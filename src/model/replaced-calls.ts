/** Layers whose `call` is this library's. */
import { shared } from "../brand.ts";
import type { LayerInternals } from "./internals.ts";

const calls = /* @__PURE__ */ shared("calls", () => new WeakSet<LayerInternals["call"]>());

/** Gives a layer another `call`. */
export function replaceCall(layer: LayerInternals, call: LayerInternals["call"]): void {
  layer.call = call;
  calls.add(call);
}

/** Whether a layer's `call` was replaced by somebody else. */
export function hasForeignCall(layer: object): boolean {
  const own = Object.getOwnPropertyDescriptor(layer, "call")?.value as LayerInternals["call"];
  return typeof own === "function" && !calls.has(own);
}
