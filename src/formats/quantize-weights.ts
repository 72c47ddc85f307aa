/**
 * Weights in fewer bytes, as TensorFlow.js's own loaders read them: half-precision floats, or bytes with a
 * scale and a least value for each weight.
 */
import { joinBytes } from "../bytes/bytes.ts";
import { ArgumentError } from "../errors.ts";
import { toHalf } from "./half.ts";

/** What a weight's numbers become. */
export type Quantization = "float16" | "uint8";

/** A weight in a `weightsManifest`, as far as it matters here. */
interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  /** Whose it is; the model's if that is not said. */
  readonly group?: string;
  readonly quantization?: object;
}

/** Beyond it, half precision has only infinity. */
const LARGEST_HALF = 65_504;

/**
 * The kernels of a model, which are nearly all of its bytes, in fewer; vectors (biases, statistics) and what
 * belongs to the optimizer stay as they are.
 * @param bytes of all weights, one after another, four for each number.
 * @throws {ArgumentError} if a number is too large for half precision, or not finite.
 */
export function quantizeWeights<Spec extends WeightSpec>(
  subject: string,
  specs: readonly Spec[],
  bytes: Uint8Array,
  to: Quantization,
): { specs: Spec[]; bytes: Uint8Array } {
  const parts: ArrayBufferView[] = [];
  let at = 0;
  const quantized = specs.map((spec) => {
    const count = spec.shape.reduce((product, size) => product * size, 1);
    const length = count * (spec.dtype === "bool" ? 1 : 4);
    const own = bytes.slice(at, at + length);
    at += length;
    const isKernel = spec.dtype === "float32" && spec.shape.length > 1 && count > 0;
    if (!isKernel || spec.group === "optimizer") {
      parts.push(own);
      return spec;
    }
    const values = new Float32Array(own.buffer);
    const wrong = values.find(
      (value) => !Number.isFinite(value) || (to === "float16" && Math.abs(value) > LARGEST_HALF),
    );
    if (wrong !== undefined) throw unquantizable(subject, spec.name, wrong, to);
    const { data, ...how } = to === "float16" ? { data: toHalf(values) } : inBytes(values);
    parts.push(data);
    return { ...spec, quantization: { dtype: to, ...how } };
  });
  return { specs: quantized, bytes: joinBytes(parts) };
}

/** Values as steps of one size above the least one, so that zero is one of them. */
function inBytes(values: Float32Array): { data: Uint8Array; scale: number; min: number } {
  let [least, most] = [0, 0];
  for (const value of values) {
    if (value < least) least = value;
    else if (value > most) most = value;
  }
  const scale = (most - least) / 255 || 1;
  const zero = Math.round(-least / scale);
  const data = Uint8Array.from(values, (value) =>
    Math.min(255, Math.max(0, Math.round(value / scale) + zero)),
  );
  return { data, scale, min: -zero * scale };
}

function unquantizable(
  subject: string,
  name: string,
  got: number,
  to: Quantization,
): ArgumentError {
  return new ArgumentError({
    subject,
    expected: `finite numbers${to === "float16" ? " of up to 65,504" : ""} in ${name}, to write them as ${to}`,
    got: String(got),
    remedy: "save the model without quantize",
  });
}
