import type { ImageShape } from "../../dataset/image-shape.ts";
import { AffineWarp } from "../warp/affine-warp.ts";
import type { PixelArray, WarpOptions } from "../warp/warp-target.ts";
import { applyBrightness } from "./brightness.ts";
import { applyChannelShift } from "./channel-shift.ts";
import type { Transform } from "./transform.ts";

/**
 * Applies whole transforms to images of one shape: geometry, then channel shift, then brightness,
 * all in 0..255 units.
 */
export class TransformPipeline {
  readonly #warp: AffineWarp;
  readonly #size: number;
  readonly #channels: number;

  constructor(shape: ImageShape, options: WarpOptions) {
    this.#warp = new AffineWarp(shape, options);
    this.#size = shape[0] * shape[1] * shape[2];
    this.#channels = shape[2];
  }

  /**
   * Reads the image that begins at `source[from]` and writes the result to `out[to ...]`.
   * @param factor for the finished pixels, in float32 arithmetic.
   */
  apply(
    source: PixelArray,
    from: number,
    transform: Transform,
    out: Float32Array,
    to: number,
    factor: number,
  ): void {
    const { channelShiftIntensity, brightness } = transform;
    const geometryOnly = channelShiftIntensity === undefined && brightness === undefined;
    const scale = Math.fround(factor);
    this.#warp.apply(transform, { source, from, out, to, scale: geometryOnly ? scale : 1 });
    if (geometryOnly) return;
    if (channelShiftIntensity !== undefined) {
      applyChannelShift(out, to, this.#size, channelShiftIntensity);
    }
    if (brightness !== undefined) {
      applyBrightness(out, to, this.#size, this.#channels, brightness);
    }
    if (scale !== 1) for (let i = to; i < to + this.#size; i++) out[i] *= scale;
  }
}
