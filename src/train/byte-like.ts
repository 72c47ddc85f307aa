import type { LayersModel } from "@tensorflow/tfjs-layers";
import { shared } from "../brand.ts";
import { warnOnce } from "../warn.ts";

/** Pixels in [0, 1] stay below this, also after most changes of contrast. */
const LARGEST = 2;

/** Models that are known to take other floats, or about which the warning has been given. */
const others = /* @__PURE__ */ shared("floats", () => new WeakSet<LayersModel>());

/**
 * Says once a model that its floats look like bytes. Bytes are scaled to [0, 1] at every door, and
 * floats are taken as they are, so a model that sees both would learn one and be asked the other.
 */
export function warnOfByteLikeFloats(subject: string, model: LayersModel, largest: number): void {
  if (!(largest > LARGEST) || others.has(model)) return;
  others.add(model);
  warnOnce(
    model,
    `${subject}: floats up to ${Number(largest.toPrecision(4))} are taken as they are, while bytes ` +
      "are scaled to [0, 1]. If they are bytes, divide them by 255, or pass bytes (a Uint8Array, an " +
      "int32 tensor); if the model is meant for such values, give it nothing else.",
  );
}

/** Remembers that a model is trained on what a flow makes, standardised images for example. */
export function noteFlow(model: LayersModel, pixels: Float32Array): void {
  if (pixels.some((value) => value > LARGEST)) others.add(model);
}
