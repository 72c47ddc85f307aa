import type { LayersModel } from "@tensorflow/tfjs-layers";
import { shared } from "../../brand.ts";
import { warn } from "../../runtime/warn.ts";
import { leavesOf } from "../../model/layer-tree.ts";

/** Pixels in [0, 1] stay below this, also after most changes of contrast. */
const LARGEST = 2;

/** Models that are known to take other floats, or about which the warning has been given. */
const others = /* @__PURE__ */ shared("floats", () => new WeakSet<LayersModel>());

/**
 * Says once a model that its floats look like bytes. Bytes are scaled to [0, 1] at every door, and
 * floats are taken as they are, so a model that sees both would learn one and be asked the other.
 */
export function warnOfByteLikeFloats(subject: string, model: LayersModel, largest: number): void {
  if (!(largest > LARGEST) || others.has(model) || scales(model)) return;
  others.add(model);
  warn(
    `${subject}: floats up to ${Number(largest.toPrecision(4))} are taken as they are, while bytes ` +
      "are scaled to [0, 1]. If they are bytes, divide them by 255, or pass bytes (a Uint8Array, an " +
      "int32 tensor); if the model is meant for such values, give it nothing else.",
  );
}

/**
 * Says once a model that it divides bytes by itself, as Keras's tutorials have it: bytes reach it
 * scaled, so that they would be divided twice.
 */
export function warnOfScalingTwice(subject: string, model: LayersModel): void {
  if (others.has(model) || !scales(model)) return;
  others.add(model);
  warn(
    `${subject}: bytes are scaled to [0, 1], and the model's Rescaling scales them again. ` +
      "Leave it out, or pass floats of 0..255 and nothing else.",
  );
}

/** Whether a model makes small numbers of bytes, before anything is learned of them. */
function scales(model: LayersModel): boolean {
  for (const layer of leavesOf(model)) {
    if (layer.weights.length > 0) return false;
    const { scale } = layer.getConfig();
    if (layer.getClassName() === "Rescaling" && Math.abs(scale as number) < 0.02) return true;
  }
  return false;
}

/** Remembers that a model is trained on what a flow makes, standardised images for example. */
export function expectFloatsOf(model: LayersModel, pixels: Float32Array): void {
  if (pixels.some((value) => value > LARGEST)) others.add(model);
}
