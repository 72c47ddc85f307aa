import { cast, concat, type Rank, reshape, type Tensor, tidy } from "@tensorflow/tfjs-core";

/** Scalars, read back from the device in one go. */
export async function readTogether(compute: () => Tensor[]): Promise<Float32Array> {
  const together = tidy(() =>
    concat(compute().map((value) => reshape<Rank.R1>(cast(value, "float32"), [1]))),
  );
  const values = (await together.data()) as Float32Array;
  together.dispose();
  return values;
}
