import type { ImageShape } from "../dataset/image-set.ts";
import { AffineWarp, type PixelArray, type WarpOptions } from "./affine-warp.ts";
import { applyBrightness } from "./brightness.ts";
import { applyChannelShift } from "./channel-shift.ts";
import type { Transform } from "./transform.ts";

/**
 * Applies whole transforms to images of one shape: geometry, then channel shift, then brightness,
 * all in 0..255 units, then `rescale`.
 */
export class TransformPipeline {
  readonly #warp: AffineWarp;
  readonly #size: number;
  readonly #channels: number;
  readonly #rescale: number;

  constructor(shape: ImageShape, options: WarpOptions & { readonly rescale: number }) {
    this.#warp = new AffineWarp(shape, options);
    this.#size = shape[0] * shape[1] * shape[2];
    this.#channels = shape[2];
    this.#rescale = Math.fround(options.rescale);
  }

  /** Reads the image that begins at `source[from]` and writes the result to `out[to ...]`. */
  apply(
    source: PixelArray,
    from: number,
    transform: Transform,
    out: Float32Array,
    to: number,
  ): void {
    const { channelShiftIntensity, brightness } = transform;
    const geometryOnly = channelShiftIntensity === undefined && brightness === undefined;
    const scale = geometryOnly ? this.#rescale : 1;
    this.#warp.apply(transform, { source, from, out, to, scale });
    if (geometryOnly) return;
    if (channelShiftIntensity !== undefined) {
      applyChannelShift(out, to, this.#size, channelShiftIntensity);
    }
    if (brightness !== undefined) {
      applyBrightness(out, to, this.#size, this.#channels, brightness);
    }
    for (let i = to; i < to + this.#size; i++) out[i] *= this.#rescale;
  }
}
